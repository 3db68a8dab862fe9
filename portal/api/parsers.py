"""Reading the bodies of API requests."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

DEEPEST = 64  # the published bodies nest four deep


class ShallowJSONParser(JSONParser):
    """Refuses JSON that is nested too deep for the recursive code that handles it later."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise _TooDeep from None
        _refuse_depth(data)
        return data


class _TooDeep(ParseError):
    default_detail = f"The JSON is nested more than {DEEPEST} deep."


def _refuse_depth(data: object) -> None:
    layer = [data]
    for _ in range(DEEPEST + 1):
        layer = [
            inner
            for value in layer
            if isinstance(value, list | dict)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not layer:
            return
    raise _TooDeep
