"""Views that belong to no operation."""

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView


class UnknownPath(APIView):
    """Any path of the API that is no operation: 401 without a key, as everywhere, and 404 with one, by any method.

    Without a key known and unknown paths answer alike, so that nobody can find out what there is.
    """

    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound
