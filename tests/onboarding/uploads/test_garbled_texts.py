"""Texts that another program garbled: a suggestion on their rows, one click for all, and never more than that."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload, UploadProblem
from portal.partners.models import Partner, User
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
NAME = "customer.end_customer_name"


def send_names(send: Any, partner: Partner, *names: str) -> Upload:
    lines = [builders.row(n, customer__end_customer_name=name) for n, name in enumerate(names, 1)]
    upload: Upload = send(partner, builders.csv_bytes(lines), "meters.csv")
    return upload


@pytest.mark.parametrize(
    ("code", "names", "mended"),
    [
        ("TEXT_ENCODED_TWICE", ["JosÃ© MuÃ±oz", "Ã‰lan"], ["José Muñoz", "Élan"]),
        ("TEXT_HAS_ENTITIES", ["O&#39;Brien", "Smith &amp; Sons"], ["O'Brien", "Smith & Sons"]),
    ],
)
def test_suggestion_is_taken_for_all_rows_with_one_click(
    acme: Partner,
    send: Any,
    commit: Any,
    manager: User,
    client_of: Callable[[User], Client],
    code: str,
    names: list[str],
    mended: list[str],
) -> None:
    upload = send_names(send, acme, *names, "Jane Doe")
    client, address = client_of(manager), reverse("upload-fix", args=[upload.pk]) + f"?code={code}&field={NAME}"

    suggestions = client.get(address).context["suggestions"]
    client.post(address, {"do": "accept-suggestion"})

    upload.refresh_from_db()
    assert [(suggestion.name, suggestion.rows) for suggestion in suggestions] == [("suggestion", 2)]
    assert not UploadProblem.objects.filter(upload=upload).exists()
    commit(upload)
    assert sorted(Meter.objects.values_list("customer_name", flat=True)) == sorted([*mended, "Jane Doe"])


def test_text_is_stored_as_it_is_when_nobody_takes_the_suggestion(acme: Partner, send: Any, commit: Any) -> None:
    upload = send_names(send, acme, "JosÃ©", "O&#39;Brien")

    commit(upload)

    problems = UploadProblem.objects.filter(upload=upload).order_by("row_number")
    assert [(line.row_number, line.field, line.code, line.blocks) for line in problems] == [
        (2, NAME, "TEXT_ENCODED_TWICE", False),
        (3, NAME, "TEXT_HAS_ENTITIES", False),
    ]
    assert sorted(Meter.objects.values_list("customer_name", flat=True)) == ["JosÃ©", "O&#39;Brien"]


@pytest.mark.parametrize("name", ["José", "SÃO PAULO", "R&D; lab", "Smith & Sons", "Voß’s Café"])
def test_name_that_may_be_meant_has_no_warning(acme: Partner, send: Any, name: str) -> None:
    upload = send_names(send, acme, name)

    assert not UploadProblem.objects.filter(upload=upload).exists()


def test_suggested_markup_is_escaped_on_the_page(
    acme: Partner, send: Any, manager: User, client_of: Callable[[User], Client]
) -> None:
    upload = send_names(send, acme, "&lt;script&gt;x&lt;/script&gt;")

    page = client_of(manager).get(reverse("upload-fix", args=[upload.pk]) + f"?code=TEXT_HAS_ENTITIES&field={NAME}")

    assert "<script>x" not in page.content.decode()
    assert "&lt;script&gt;x&lt;/script&gt;" in page.content.decode()
