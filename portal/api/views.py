"""The base of every operation, and the view of the paths that are none."""

from collections.abc import Mapping
from typing import ClassVar

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.api.shapes import ENVELOPE, ErrorShape
from portal.partners.models import KeyPermission


class ApiView(APIView):
    """One path of the API.

    needs: the permission that a key must have, by method; a path without one is open to every key.
    error_shape: the published shape of every error of this path, also of those that come before the view.
    """

    needs: ClassVar[Mapping[str, KeyPermission]] = {}
    error_shape: ClassVar[ErrorShape] = ENVELOPE


class UnknownPath(APIView):
    """Answers API paths without an operation: 401 without a key, 404 with one, for any method.

    Without a key, known and unknown paths answer alike, so that nobody can probe for paths.
    """

    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound
