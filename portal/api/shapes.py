"""The shapes in which errors are answered: one envelope, and those that the published contract has on some paths.

Every shape is an object that carries the request's ID. An error of ours is a plain text in most of them, as published.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

Details = Mapping[str, object] | Sequence[Mapping[str, object]]
_MESSAGE_NAMES = ("message", "description", "error")
_FIELD_NAMES = ("problem_field", "field")


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong: a summary, the HTTP status, and an object, or a list with one object per error."""

    title: str
    status: int
    details: Details
    request_id: str

    def messages(self) -> Iterator[tuple[str, str]]:
        """(field, message) of each error; the field is "" where the error is of no single one."""
        if isinstance(self.details, Mapping):
            yield from _flat(self.details)
            return
        for item in self.details:
            yield (
                str(next((item[name] for name in _FIELD_NAMES if name in item), "")),
                str(next((item[name] for name in _MESSAGE_NAMES if name in item), self.title)),
            )


def _flat(details: Mapping[str, object], within: str = "") -> Iterator[tuple[str, str]]:
    for name, value in details.items():
        field = "" if name == "error" else f"{within}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{field}.")
        else:
            yield field, str(value)


@extend_schema_field({"oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]})
class DetailsField(serializers.JSONField):
    """An object, or a list with one object per error."""


class _Numbered(serializers.Serializer[object]):
    """Every error names its request."""

    request_id = serializers.CharField(
        help_text="The request’s ID, as in X-Request-Id. Include it when you ask for help."
    )


class ErrorResponseSerializer(_Numbered):
    """What went wrong."""

    title = serializers.CharField(min_length=1, max_length=2000, help_text="Summary of what went wrong.")
    status = serializers.IntegerField(help_text="The HTTP status code.")
    details = DetailsField(help_text="More about the error: an object, or a list with one object per error.")


class WebhookErrorResponseSerializer(_Numbered):
    """What went wrong."""

    error = serializers.CharField(help_text="The name of the HTTP status.")
    message = serializers.CharField(help_text="What went wrong.")
    details = DetailsField(required=False, help_text="More about the error, if available.")


class FieldSuggestionSerializer(serializers.Serializer[object]):
    """A value you may have meant."""

    field = serializers.CharField()
    suggestion = serializers.CharField()


class SuggestionSerializer(serializers.Serializer[object]):
    """Values that go together."""

    suggestions = FieldSuggestionSerializer(many=True)


class FieldErrorSerializer(serializers.Serializer[object]):
    """What is wrong with one field, or with the whole."""

    field = serializers.CharField(required=False)
    description = serializers.CharField()
    suggestions = SuggestionSerializer(many=True, required=False)


class CreateMeterErrorResponseSerializer(_Numbered):
    """What went wrong, one entry per error."""

    errors = FieldErrorSerializer(many=True)  # type: ignore[assignment]  # a field, which DRF takes out of the class


class ValidationErrorSerializer(_Numbered):
    """The first error. If there are more, details has all of them."""

    message = serializers.CharField()
    csv_row = serializers.IntegerField(required=False)
    json_index = serializers.IntegerField(required=False)
    problem_field = serializers.CharField(required=False)
    details = DetailsField(required=False)


class ErrorShape:
    """{title, status, details}: the shape of every path without another one of its own."""

    serializer: ClassVar[type[serializers.Serializer[object]]] = ErrorResponseSerializer
    server_error_is_text: ClassVar[bool] = True  # as published: "An error happened whilst processing your request"

    def body(self, failure: Failure) -> dict[str, object]:
        """What is answered, but for the request's ID."""
        return {"title": failure.title, "status": failure.status, "details": failure.details}

    def answered(self, failure: Failure) -> object:
        """What is answered."""
        if failure.status == HTTPStatus.INTERNAL_SERVER_ERROR and self.server_error_is_text:
            return failure.title
        return {**self.body(failure), "request_id": failure.request_id}


class _ErrorAndMessage(ErrorShape):
    """{error, message}: the webhooks' paths, whose 500 is published as an object as well."""

    serializer = WebhookErrorResponseSerializer
    server_error_is_text = False

    def body(self, failure: Failure) -> dict[str, object]:
        said = [f"{field}: {message}" if field else message for field, message in failure.messages()]
        body: dict[str, object] = {
            "error": HTTPStatus(failure.status).phrase,
            "message": " ".join([f"{failure.title}.", *said]) if said else failure.title,
        }
        return {**body, "details": failure.details} if failure.details else body


class _Errors(ErrorShape):
    """{errors: [{field, description}]}: POST /v1.1/meters."""

    serializer = CreateMeterErrorResponseSerializer

    def body(self, failure: Failure) -> dict[str, object]:
        told = failure.details if isinstance(failure.details, Sequence) else ()
        errors: list[dict[str, object]] = [
            {**({"field": field} if field else {}), "description": text} for field, text in failure.messages()
        ]
        for error, detail in zip(errors, told, strict=False):
            if "suggestions" in detail:
                error["suggestions"] = detail["suggestions"]
        return {"errors": errors or [{"description": failure.title}]}


class _Message(ErrorShape):
    """{message, csv_row, json_index, problem_field}: the provisional assets."""

    serializer = ValidationErrorSerializer

    def body(self, failure: Failure) -> dict[str, object]:
        told = list(failure.messages())
        field, message = told[0] if told else ("", failure.title)
        body: dict[str, object] = {"message": message, **({"problem_field": field} if field else {})}
        if not isinstance(failure.details, Mapping) and failure.details:
            first = failure.details[0]
            body |= {name: first[name] for name in ("csv_row", "json_index") if name in first}
        return {**body, "details": failure.details} if len(told) > 1 else body


ENVELOPE = ErrorShape()
ERROR_AND_MESSAGE = _ErrorAndMessage()
ERRORS = _Errors()
MESSAGE = _Message()
