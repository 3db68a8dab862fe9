"""JSON bodies are split into their assets; what is no JSON is named."""

import json
import tempfile
from typing import Any

import pytest

from onboarding.uploads.pipeline.json_assets import NotJson, split_body


def assets_in(body: bytes) -> list[Any]:
    with tempfile.TemporaryFile() as file:
        file.write(body)
        file.flush()
        return list(split_body(file))


@pytest.mark.parametrize(
    "body",
    [
        b'{"assets":[{"a":"\xc3\xa9"}],"more":1}',
        b'\xef\xbb\xbf{"assets": [ {"a" : "\xc3\xa9"} ]}',
        '{"assets":[{"a":"é"}]}'.encode("utf-16"),
        json.dumps({"assets": [{"a": "é"}]}, indent=2).encode(),
    ],
)
def test_assets_come_out_as_they_are(body: bytes) -> None:
    assert assets_in(body) == [{"a": "é"}]


def test_half_characters_and_quotes_before_colons_are_kept() -> None:
    assert assets_in(rb'{"assets":[{"a":"\ud800"},{"a":"say \":x"}]}') == [{"a": "\ud800"}, {"a": 'say ":x'}]


@pytest.mark.parametrize(
    ("body", "index"),
    [
        (b"", None),
        (b"{", None),
        (b'{"assets":[{"a":NaN}]}', 0),
        (b'{"assets":[{"a":1e999}]}', 0),
        (b'{"assets":[{}, {"a":1,"a":2}]}', 1),
        (b'{"assets":[{"b":[{"a":1, "a" :1}]}]}', 0),
        (b'{"assets":[],"assets":[{}]}', None),
        (b'{"assets":[{"a":"\xff"}]}', 0),
        (b'{"assets":[' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"]}", 0),
        (b'{"assets":[{}]} more', None),
    ],
)
def test_what_is_no_json_is_named(body: bytes, index: int | None) -> None:
    with pytest.raises(NotJson) as refused:
        assets_in(body)

    assert refused.value.index in {index, None}
    assert str(refused.value)


@pytest.mark.parametrize("body", [b"[]", b'"x"', b'{"assets":{}}', b"{}", b'{"assets":null}'])
def test_json_without_a_list_of_assets_has_none(body: bytes) -> None:
    assert assets_in(body) == []
