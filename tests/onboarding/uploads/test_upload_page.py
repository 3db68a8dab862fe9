"""An upload's page while a job works on it, and its receipt as a document."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.uploads.models import Upload
from portal.partners.models import Partner, User
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
POLL = {"HX-Request": "true"}


@pytest.fixture
def done(acme: Partner, send: Any, commit: Any) -> Upload:
    upload: Upload = commit(send(acme, builders.xlsx([builders.row(1), builders.row(2, customer__postal_code="12")])))
    return upload


@pytest.fixture
def client(manager: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(manager)


def test_a_poll_gets_the_moving_part_and_at_the_end_the_whole_page_with_its_state(client: Client, done: Upload) -> None:
    path = reverse("upload", args=[done.pk])
    Upload.objects.filter(pk=done.pk).update(state="committing")
    part = client.get(path, headers=POLL)
    Upload.objects.filter(pk=done.pk).update(state="done")
    whole = client.get(path, headers=POLL)

    assert b"<html" not in part.content
    assert "HX-Retarget" not in part.headers
    assert whole["HX-Retarget"] == whole["HX-Reselect"] == "#main"
    assert f"<title>Done: {done.file_name} " in whole.content.decode()
    assert f'<h1 class="break-anywhere">{done.file_name} <span class="tag tag-success">' in whole.content.decode()
    assert "HX-Retarget" not in client.get(path).headers


def test_a_poll_is_led_to_the_page_that_asks_for_columns(client: Client, done: Upload) -> None:
    Upload.objects.filter(pk=done.pk).update(state="columns")
    path = reverse("upload", args=[done.pk])

    assert client.get(path, headers=POLL)["HX-Redirect"] == reverse("upload-columns", args=[done.pk])
    assert client.get(path).status_code == 302


def test_the_receipt_says_who_when_and_what_became_of_each_row(client: Client, done: Upload) -> None:
    page = client.get(reverse("upload-receipt-page", args=[done.pk]))
    text = page.content.decode()

    assert f"<h1>Receipt {done.short_number}</h1>" in text
    assert done.short_number.replace("-", "").lower() == done.pk.hex[-8:]
    for said in ("Acme Energy", done.file_name, done.confirmed_by, str(done.pk), done.sha256):
        assert said in text
    assert '<th scope="row">Meters created</th><td class="num">1</td>' in text
    assert '<th scope="row">Need fixing</th><td class="num">1</td>' in text
    assert '<td class="num"><strong>2</strong></td>' in text


def test_there_is_no_receipt_before_a_confirmation(client: Client, acme: Partner, send: Any) -> None:
    upload = send(acme, builders.xlsx([builders.row(1)]))

    assert client.get(reverse("upload-receipt-page", args=[upload.pk])).status_code == 404


def test_an_upload_is_found_by_the_number_of_its_receipt(
    client: Client, done: Upload, borealis: Partner, send: Any
) -> None:
    theirs = send(borealis, builders.xlsx([builders.row(7)]))
    path = reverse("upload", args=[done.pk])

    for written in (done.short_number, done.short_number.lower().replace("-", "")):
        assert path in client.get(reverse("search"), {"q": written}).content.decode()
    assert theirs.file_name not in client.get(reverse("search"), {"q": theirs.short_number}).content.decode()
