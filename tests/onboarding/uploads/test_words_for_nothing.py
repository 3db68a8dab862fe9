"""Words for nothing: empty where they can be no value, kept in names, and said when an update drops them."""

from pathlib import Path
from typing import Any

import pytest

from onboarding.meters.models import Meter
from onboarding.uploads.models import UploadProblem
from portal.partners.models import Partner
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
CASES = Path(__file__).parents[2] / "cases"


def test_surnames_are_kept(acme: Partner, send: Any, commit: Any) -> None:
    commit(send(acme, (CASES / "surnames.csv").read_bytes(), "meters.csv"))

    names = {meter.partner_reference: meter.data["customer"]["end_customer_name"] for meter in Meter.objects.all()}
    assert [names[f"h3-ylrw-{n}"] for n in range(1, 11)] == [
        "Na", "Null", "Unk", "NA", "Tba", "None", "Nan", "Test", "Inf", "True",
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["N/A", "TBD", "null", "none", "unknown"])
def test_word_in_a_number_or_date_is_an_empty_cell(acme: Partner, send: Any, word: str) -> None:
    changes = {"device__battery_power_capacity_kw": word, "device__permission_to_operate_date": word}

    upload = send(acme, builders.csv_bytes([builders.row(1, **changes)]), "meters.csv")

    assert upload.counts == {"create": 1, "rows": 1}


@pytest.mark.parametrize("word", ["N/A", "none", "None", "nil", "no"])
def test_word_in_a_zip_email_or_phone_is_an_empty_cell(acme: Partner, send: Any, commit: Any, word: str) -> None:
    changes = {"customer__end_customer_email": word, "customer__end_customer_phone_number": word}
    upload = send(acme, builders.csv_bytes([builders.row(1, **changes)]), "meters.csv")

    no_zip = send(acme, builders.csv_bytes([builders.row(2, customer__postal_code=word)]), "zip.csv")

    commit(upload)
    customer = Meter.objects.get().data["customer"]
    assert {"end_customer_email", "end_customer_phone_number"}.isdisjoint(customer)
    assert list(no_zip.problems.filter(blocks=True).values_list("code", "field")) == [
        ("REQUIRED_MISSING", "customer.postal_code")
    ]


def test_update_keeps_what_a_word_for_nothing_would_drop(acme: Partner, send: Any, commit: Any) -> None:
    commit(send(acme, builders.csv_bytes([builders.row(1)]), "meters.csv"))
    keys = ["customer.postal_code", "customer.end_customer_email", "customer.end_customer_phone_number"]
    keys += ["device.battery_power_capacity_kw", "device.install_date"]
    changes = {key.replace(".", "__"): "none" for key in keys}

    upload = send(acme, builders.csv_bytes([builders.row(1, **changes)]), "again.csv", update_existing=True)

    assert upload.counts == {"unchanged": 1, "rows": 1}
    lines = UploadProblem.objects.filter(upload=upload, code="WORD_FOR_NOTHING")
    assert {line.field for line in lines} == set(keys)


def test_update_says_which_value_it_kept(acme: Partner, send: Any, commit: Any) -> None:
    commit(send(acme, builders.csv_bytes([builders.row(1)]), "meters.csv"))
    changes = {"device__installer": "n/a", "customer__end_customer_name": "Na", "device__device_model": "-"}

    upload = send(acme, builders.csv_bytes([builders.row(1, **changes)]), "again.csv", update_existing=True)
    commit(upload)

    lines = UploadProblem.objects.filter(upload=upload, code="WORD_FOR_NOTHING")
    assert [(line.field, line.blocks) for line in lines] == [("device.installer", False)]
    data: Any = Meter.objects.get().data
    assert data["customer"]["end_customer_name"] == "Na"
    assert data["device"]["installer"]
    assert "device_model" not in data["device"]
