"""A link's address or QR code for each customer of a list."""

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from onboarding.connect import mail_merge
from onboarding.connect.choices import LinkState
from onboarding.connect.links import set_state
from onboarding.connect.models import Connection, ConnectLink, InvitedCustomer
from portal.events.models import Event
from portal.partners.models import Partner, User
from tests.onboarding.connect import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


@pytest.fixture
def link(acme: Partner) -> ConnectLink:
    return builders.link(acme, "summer")


@pytest.fixture
def send(client_of: Callable[[User], Client], manager: User, link: ConnectLink) -> Callable[..., Any]:
    client, address = client_of(manager), reverse("connect-link-merge", args=[link.pk])

    def send(text: str = "", *, name: str = "", made: str = "csv") -> Any:
        file = {"file": SimpleUploadedFile(name, text.encode())} if name else {"pasted": text}
        return client.post(address, {**file, "made": made})

    return send


def lines_of(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def content_of(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_each_row_of_a_spreadsheet_gets_its_address(send: Callable[..., Any], link: ConnectLink) -> None:
    before = Event.objects.count()
    answer = send(
        "Customer name;E-Mail;Customer ID;lang;Balance\nAda;ada@example.com;HOME 1;en;5\n=1+1;;@home/2;;\n".replace(
            "/", "-"
        ),
        name="customers.csv",
    )

    assert answer["Content-Disposition"].startswith('attachment; filename="acme-summer-mail-merge-')
    lines = lines_of(answer)
    assert lines[0] == ["reference", "name", "email", "language", "address"]
    assert [line[:4] for line in lines[1:]] == [
        ["HOME 1", "Ada", "ada@example.com", "en"],
        ["'@home-2", "'=1+1", "", ""],
    ]
    asked = parse_qs(urlsplit(lines[1][4]).query)
    assert (asked["refId"], asked["lang"], asked["link"]) == (["HOME 1"], ["en"], ["summer"])
    assert parse_qs(urlsplit(lines[2][4]).query)["refId"] == ["@home-2"]
    assert (Connection.objects.exists(), InvitedCustomer.objects.exists()) == (False, False)
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    ("pasted", "references"),
    [
        ("home-1\nhome-2\n", ["home-1", "home-2"]),
        ("home-1\n\n", ["home-1"]),
        ("home-1\tAda\tada@example.com\nhome-2", ["home-1", "home-2"]),
        ("home-1, Ada", ["home-1"]),
        ("name,refId\nAda,home-1\n", ["home-1"]),
        ("reference\n000123\n", ["000123"]),
        ("000123\n000124", ["000123", "000124"]),
    ],
)
def test_references_can_be_pasted(send: Callable[..., Any], pasted: str, references: list[str]) -> None:
    assert [line[0] for line in lines_of(send(pasted))[1:]] == references


def test_problems_are_named_by_row_and_nothing_is_made(send: Callable[..., Any]) -> None:
    answer = send(
        "reference,name,email,language\nhome-1,Ada,,\nhome-1,Bo,,\nx?y,Cy,,\n,Di,,\nhome-5,Ed,nobody,\nhome-6,Flo,,xx\n",
        name="customers.csv",
    )
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "6 rows read." in page
    for told in (
        "Row 3: Reference ID home-1 is also in row 2.",
        "Row 4: x?y can’t be used as a reference ID.",
        "Row 5: The reference ID is missing.",
        "Row 6: nobody is not an email address.",
        "Row 7: The language xx isn’t available.",
    ):
        assert told in page
    assert page.count('<li class="break-anywhere">Row ') == 5
    assert "home-6\tFlo\t\txx" in page  # the rows to mend in place


def test_pasted_rows_are_counted_as_they_were_pasted(send: Callable[..., Any]) -> None:
    assert "Row 2: Reference ID home-1 is also in row 1." in send("home-1\nhome-1").content.decode()
    assert "Row 3: Reference ID home-1 is also in row 2." in send("reference\nhome-1\nhome-1").content.decode()


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("", "", "You haven’t added a list yet."),
        ("name,email\nAda,a@example.com\n", "x.csv", "The list has no column named reference."),
        ("reference\n", "x.csv", ""),
        ("", "x.csv", ""),
        ("reference\nhome-1\n", "x.pdf", ""),
        ("reference,name\n" + "h,\n" * 5_001, "x.csv", "5,000"),
    ],
)
def test_lists_that_cannot_be_used(send: Callable[..., Any], text: str, name: str, told: str) -> None:
    answer = send(text, name=name)

    assert (answer.status_code, told in answer.content.decode()) == (422, True)


def test_hostile_rows_are_shown_as_text(send: Callable[..., Any]) -> None:
    answer = send("reference\n<script>alert(1)</script>\n\0home\n", name="x.csv")

    assert answer.status_code == 422
    assert "<script>alert" not in answer.content.decode()


def test_each_row_gets_a_qr_code(send: Callable[..., Any], link: ConnectLink) -> None:
    answer = send("home-1\n..home \u00e9\nhome=3", made="qr")

    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(content_of(answer))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["00001-home-1.svg", "00002-..home_.svg", "00003-home_3.svg"]
        picture = archive.read("00001-home-1.svg").decode()
    assert picture == mail_merge.qr_svg(f"{mail_merge.address_of(link, reference='home-1')}")
    assert "<script" not in picture


def test_five_thousand_rows_are_read_and_streamed(send: Callable[..., Any], link: ConnectLink) -> None:
    answer = send("\n".join(f"home-{number}" for number in range(5_000)), made="csv")
    assert len(lines_of(answer)) == 5_001
    customers = [mail_merge.Customer(number, f"home-{number}") for number in range(1, 4)]
    pieces = list(mail_merge.qr_archive(link, customers))
    assert len(pieces) == 4


def test_an_ended_link_makes_none(send: Callable[..., Any], link: ConnectLink) -> None:
    set_state(link, LinkState.ENDED, by=builders.BY)

    assert send("home-1").status_code == 422
