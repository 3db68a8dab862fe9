"""Names that this API does not know: those in the query of a write are refused, those in a body are warned of.

A misspelled `dry_run` must not create meters. Published clients, though, send fields that we do not know yet.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final, NotRequired, TypedDict
from urllib.parse import quote

from drf_spectacular.plumbing import force_instance
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.api.errors import ApiError, validated
from portal.problems import shown

MOST_WARNINGS: Final = 100
HEADER: Final = "X-Unknown-Parameters"
_LIKE_ENOUGH = 0.6


class FieldWarning(TypedDict):
    """Something about one field that the caller should know, though the request was carried out."""

    field: str
    message: str


class Warnings(TypedDict):
    """The part of an answer that warns: absent when there is nothing to warn of."""

    warnings: NotRequired[list[FieldWarning]]


class FieldWarningSerializer(serializers.Serializer[object]):
    """A warning about one field. The request still succeeded."""

    field = serializers.CharField()
    message = serializers.CharField()


class WarnedSerializer(serializers.Serializer[object]):
    """The base of answers that can warn."""

    warnings = FieldWarningSerializer(many=True, required=False, help_text="Absent when there are no warnings.")


def likeliest(name: str, known: Collection[str]) -> str:
    """The known name that was likely meant, "" when none is like it."""
    plain = {_plain(one): one for one in known}
    close = difflib.get_close_matches(_plain(name[:100]), plain, n=1, cutoff=_LIKE_ENOUGH)
    return plain[close[0]] if close else ""


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def refuse_unknown_parameters(view: APIView, request: Request) -> None:
    """Raise ApiError 400 naming each parameter of the query that the operation does not have, with the likeliest.

    So too for one that is given twice, or without a value: `?dry_run` must not create meters either.
    """
    known = parameters_of(type(view), request.method or "")
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        details = {name[:100]: _said("This parameter is unknown.", name, known) for name in unknown[:MOST_WARNINGS]}
        raise ApiError("The query has a parameter that this operation does not know", details=details)
    if unclear := {name: said for name, values in request.query_params.lists() if (said := _unclear(values))}:
        raise ApiError("The query can be read in more than one way", details=unclear)


def _unclear(values: Sequence[str]) -> str:
    """Why it is not sure what a parameter of a write means, "" when it is."""
    if len(values) > 1:
        return "This parameter appears more than once. Send it once."
    return "" if "".join(values).strip() else "This parameter has no value. Add a value, or leave it out."


def unknown_parameters(view: APIView, request: Request) -> str:
    """The parameters of the query that the operation ignored, as a header names them."""
    known = parameters_of(type(view), request.method or "")
    return ", ".join(quote(name[:100]) for name in islice(request.query_params, MOST_WARNINGS) if name not in known)


def parameters_of(view: type[APIView], method: str) -> frozenset[str]:
    """The query parameters that the operation's description (extend_schema) names."""
    handler = getattr(view, "get" if method == "HEAD" else method.lower(), None)
    schema = getattr(handler, "kwargs", {}).get("schema")
    described: Any = _described  # mypy: a view is not hashable, though its class is
    names: frozenset[str] = described(view, method, schema) if schema else frozenset()
    return names


@cache
def _described(view: Any, method: str, schema: Any) -> frozenset[str]:
    described = schema()
    described.view, described.method = view(), method
    described.view.request, described.view.kwargs = None, {}
    return frozenset(name for said in described.get_override_parameters() for name in _names(said))


def _names(said: Any) -> Iterator[str]:
    if not isinstance(said, OpenApiParameter):
        yield from force_instance(said).fields
    elif said.location == OpenApiParameter.QUERY:
        yield said.name


def validated_with_warnings(
    serializer: type[serializers.Serializer[object]], data: object
) -> tuple[dict[str, Any], Warnings]:
    """The data as `validated` reads it, and for the answer: a warning for each field that nobody read."""
    read = validated(serializer, data)
    told = list(islice(unknown_fields(serializer(), data), MOST_WARNINGS))
    return read, {"warnings": told} if told else {}


def unknown_fields(
    field: serializers.Field[Any, Any, Any, Any], data: object, place: str = ""
) -> Iterator[FieldWarning]:
    """A warning for each field of a body that its serializer does not have, at any depth."""
    child: serializers.Field[Any, Any, Any, Any] | None = getattr(field, "child", None)
    if child is not None and isinstance(data, list):
        for index, item in enumerate(data):
            yield from unknown_fields(child, item, f"{place}.{index}" if place else str(index))
    elif isinstance(field, serializers.Serializer) and isinstance(data, Mapping):
        known: Mapping[str, serializers.Field[Any, Any, Any, Any]] = field.fields
        for name, value in data.items():
            inner = f"{place}.{name}" if place else str(name)
            if name in known:
                yield from unknown_fields(known[name], value, inner)
            else:
                said = _said("This field is unknown, so we ignored it.", str(name), known)
                yield {"field": shown(inner), "message": said}


def _said(sentence: str, name: str, known: Collection[str]) -> str:
    meant = likeliest(name, known)
    return f"{sentence} Did you mean {meant}?" if meant else sentence
