"""The base of every operation, and the view of the paths that are none.

What happens to a request, in this order: who calls, may they, how often (`initial`); query and body are received by
the rules; the operation, once for each Idempotency-Key; the answer's headers (`finalize_response`).
"""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, ClassVar, Final

from django.http import HttpRequest
from rest_framework.exceptions import NotFound
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import idempotency, unknown
from portal.api.admission import admit, tell_limit
from portal.api.authentication import ApiCaller
from portal.api.bodies import MOST_BYTES
from portal.api.calls import call_of
from portal.api.etags import refuse_comparison
from portal.api.requests import ApiRequest
from portal.api.shapes import ENVELOPE, ErrorShape
from portal.partners.models import KeyPermission

SEARCHES: Final = (*SAFE_METHODS, "POST")


class ApiView(APIView):
    """One path of the API.

    needs: the permission that a key must have, by method; a path without one is open to every key.
    error_shape: the published shape of every error of this path, also of those that come before the view.
    reads: the methods that change nothing. A search whose filter comes in a body has SEARCHES.
    compares: the methods that heed If-Match; the other writes refuse it, so that nobody relies on it in vain.
    in_one_transaction: whether a write with an Idempotency-Key is carried out in one transaction with the record of
        its answer. One that takes long or calls others says no, and hands its answer to `keep_answer` in the
        transaction of its effect.
    """

    needs: ClassVar[Mapping[str, KeyPermission]] = {}
    error_shape: ClassVar[ErrorShape] = ENVELOPE
    reads: ClassVar[Collection[str]] = SAFE_METHODS
    compares: ClassVar[Collection[str]] = ()
    in_one_transaction: ClassVar[bool] = True

    def most_bytes(self) -> int:
        """The longest body, also when it is unpacked."""
        return MOST_BYTES

    def initialize_request(self, request: HttpRequest, *args: object, **kwargs: object) -> ApiRequest:
        return ApiRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> Response:
        """As DRF's, but that a write with an Idempotency-Key is carried out once."""
        self.args, self.kwargs = args, kwargs
        self.request = call = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            self.initial(call, *args, **kwargs)
            response = self._carried_out(call, *args, **kwargs)
        except Exception as error:
            response = self.handle_exception(error)
        self.response = self.finalize_response(call, response, *args, **kwargs)
        return self.response

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Who calls, how often, from where, and with which permission: before anything else is read."""
        caller: object = request.user  # DRF's types know Django's users only
        if isinstance(caller, ApiCaller):
            method = "GET" if request.method == "HEAD" else request.method or ""
            admit(request, caller.key, self.needs.get(method))
        super().initial(request, *args, **kwargs)

    def _carried_out(self, request: ApiRequest, *args: object, **kwargs: object) -> Response:
        """What the operation answers, once the query and the body were received by the rules."""
        method = (request.method or "").lower()
        handler: Any = getattr(self, method, None) if method in self.http_method_names else None
        if handler is None:
            return self.http_method_not_allowed(request, *args, **kwargs)
        act, is_write = partial(handler, request, *args, **kwargs), request.method not in self.reads
        if is_write:
            unknown.refuse_unknown_parameters(self, request)
            if request.method not in self.compares:
                refuse_comparison(request)
        if request.method not in SAFE_METHODS:
            request.receive(self.most_bytes())
        if not is_write or idempotency.HEADER not in request.headers:
            answer: Response = act()
            return answer
        return idempotency.carried_out_once(
            request, act, explain=self.handle_exception, in_one_transaction=self.in_one_transaction
        )

    def finalize_response(self, request: Request, response: Response, *args: object, **kwargs: object) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        # An error without a key must not tell known paths from unknown ones.
        is_read = request.method in self.reads and response.status_code < 400
        if is_read and (ignored := unknown.unknown_parameters(self, request)):
            answer[unknown.HEADER] = ignored
        call = call_of(request)
        call.error_title = getattr(response, "error_title", "")
        tell_limit(answer, call.limit)
        return answer


class UnknownPath(ApiView):
    """Answers API paths without an operation: 401 without a key, 404 with one, for any method.

    Without a key, known and unknown paths answer alike, so that nobody can probe for paths.
    """

    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound
