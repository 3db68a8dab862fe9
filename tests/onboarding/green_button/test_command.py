"""`manage.py read_green_button`: what people and programs read."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.onboarding.green_button.feeds import READING, START, feed, meter_reading, reading_type, rows, usage_point
from tests.onboarding.green_button.test_service_points import pge, point_href


def run(*arguments: str) -> tuple[str, str]:
    """What the command prints, and the error that it ends with."""
    out = io.StringIO()
    try:
        call_command("read_green_button", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), f"{error} ({error.returncode})"
    return out.getvalue(), ""


@pytest.fixture
def usage(tmp_path: Path) -> str:
    lines = [(START + slot * 900, 900, 250) for slot in (0, 1, 3)]
    path = tmp_path / "usage.xml"
    path.write_bytes(feed(usage_point(id="urn:uuid:p"), meter_reading(), reading_type(), rows(*lines)))
    return str(path)


@pytest.fixture
def customer(tmp_path: Path) -> str:
    path = tmp_path / "customer.xml"
    path.write_bytes(feed(*pge(usage_points=(point_href(1),))))
    return str(path)


def test_usage_is_said(usage: str) -> None:
    out, error = run(usage)

    assert error == ""
    assert out.splitlines() == [
        usage,
        "  Usage points            1",
        "",
        "  Usage point             p",
        "    Service               electricity",
        "    Reading delivered     1",
        "      Sum                 0.75 kWh",
        "      Intervals           3  of 15 min",
        "      First               2023-11-14 22:15 UTC",
        "      Last ends           2023-11-14 23:15 UTC",
        "      Gaps                1 (15 min in all): 2023-11-14 22:45 UTC to 2023-11-14 23:00 UTC",
        "",
    ]


def test_customer_is_said(customer: str) -> None:
    out, error = run(customer)

    assert error == ""
    for text in ("ACME", "1687340011", "1112392221 Active", "1 OAK ST, SAN JOSE, CA 95101", "1121183451"):
        assert text in out


def test_refused_file_is_said_and_others_are_read(usage: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_text("<feed><entry></feed>")
    out, error = run(str(broken), str(tmp_path / "nowhere.xml"), usage)

    assert error == "2 of 3 files could not be read. (1)"
    assert "Refused (GREEN_BUTTON_MALFORMED): The XML is broken at line 1, column 16: mismatched tag." in out
    assert "Cannot be opened: No such file or directory" in out
    assert "0.75 kWh" in out


def test_json_is_one_document(usage: str, customer: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_text("nonsense")
    out, error = run(usage, customer, str(broken), "--json")
    document = json.loads(out)
    reading = document["files"][0]["usage_points"][0]["readings"][0]

    assert error == "1 of 3 files could not be read. (1)"
    assert (reading["total"], reading["unit"], reading["count"], reading["gap_count"]) == ("0.75", "kWh", 3, 1)
    assert reading["first_at"] == "2023-11-14T22:15:00+00:00"
    assert document["files"][2]["refused"]["code"] == "GREEN_BUTTON_NOT_XML"
    assert [point["agreement_number"] for point in document["service_points"]] == ["1112392221"]


def test_hostile_text_cannot_drive_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "hostile.xml"
    path.write_bytes(
        feed(usage_point(title="\x85\u202eEvil"), rows((START, 900, 1), href=f"{READING}/IntervalBlock/1"))
    )
    out, _ = run(str(path))

    assert "(Evil)" in out
    assert out.isprintable() or all(character == "\n" or character.isprintable() for character in out)
