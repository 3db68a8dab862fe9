"""Views that belong to no operation."""

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView


class UnknownPath(APIView):
    """Answers API paths without an operation: 401 without a key, 404 with one, for any method.

    Without a key, known and unknown paths answer alike, so that nobody can probe for paths.
    """

    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound
