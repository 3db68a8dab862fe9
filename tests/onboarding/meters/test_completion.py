"""What version 0.2.0 writes beside this one's database: a trigger fills in keys, and a job completes the rest."""

from importlib import import_module

import pytest
from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onboarding.meters.models import Meter
from onboarding.meters.search.models import MeterText
from onboarding.uploads.models import Upload, UploadRow
from portal.jobs.models import UpgradeStep
from portal.jobs.upgrades import begin_steps
from programs.identifiers import account_key, reference_key
from tests.onboarding.enrollment.meters import make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite needs no triggers: nothing runs beside"
)
MIGRATION = import_module("onboarding.migrations.0006_normal_forms_of_identifiers")
PLAIN = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20) | st.from_regex(
    r" ?[0-9]{1,5}\.0{0,3} ?", fullmatch=True
)


@pytest.fixture
def triggers(db):
    """What an upgraded database has for the sake of 0.2.0: a new one needs none, since 0.2.0 never writes into it."""
    with connection.cursor() as cursor:
        cursor.execute(MIGRATION.FUNCTIONS + MIGRATION.TRIGGERS)
        for column in MIGRATION.KEYS:
            cursor.execute(f"ALTER TABLE onboarding_meter ALTER COLUMN {column} SET DEFAULT ''")


def ask(sql: str, *values: object) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return tuple(cursor.fetchone())


@on_postgresql
@pytest.mark.usefixtures("triggers")
@settings(max_examples=200)
@given(PLAIN)
@example("12345.00")
@example("--")
@example("")
def test_trigger_forms_plain_texts_as_python_does(text: str) -> None:
    keys = ask("SELECT onboarding_reference_key(%s), onboarding_account_key(%s)", text, text)

    assert keys == (reference_key(text), account_key(text))


def write_as_0_2_0(meter: Meter, **typed: str) -> Meter:
    """Change a meter as code does that knows no keys."""
    Meter.objects.filter(pk=meter.pk).update(**typed)
    meter.refresh_from_db()
    return meter


@on_postgresql
@pytest.mark.usefixtures("triggers")
def test_trigger_follows_what_0_2_0_writes(acme) -> None:
    meter = make_meter(acme, programs=[], reference="AB-1")

    write_as_0_2_0(meter, partner_reference="AB  2", account_number="12-34", serial_number="sn 7")
    assert (meter.reference_key, meter.account_key, meter.serial_key) == ("AB 2", "1234", "SN7")
    with connection.cursor() as cursor:
        columns = [f.column for f in Meter._meta.concrete_fields if not f.column.endswith("_key") and f.column != "id"]
        names = ", ".join(columns)
        values = names.replace("partner_reference", "'AB   2'")
        cursor.execute(
            f"INSERT INTO onboarding_meter (id, {names}) SELECT gen_random_uuid(), {values} FROM onboarding_meter"
        )
    twin = Meter.objects.get(partner_reference="AB   2")
    assert (twin.reference_key, twin.account_key, twin.serial_key) == ("AB   2", "1234", "SN7")


def test_job_completes_meters_rows_and_texts(acme, run_jobs) -> None:
    meter = make_meter(acme, programs=[], reference="Straße 1")
    twin = make_meter(acme, programs=[], reference="AB 1")
    other = make_meter(acme, programs=[], reference="AB\N{NO-BREAK SPACE}1x")
    Meter.objects.filter(pk=meter.pk).update(reference_key="?", serial_number="s-1", serial_key="", account_key="9")
    Meter.objects.filter(pk=other.pk).update(
        partner_reference="AB\N{NO-BREAK SPACE}1", reference_key="AB\N{NO-BREAK SPACE}1"
    )
    MeterText.objects.filter(meter=meter).delete()
    MeterText.objects.create(meter=meter, partner=acme, text="straße 1\nold form")
    upload = Upload.objects.create(partner=acme, file_name="a.csv", actor={}, size=1)
    row = UploadRow.objects.create(
        upload=upload,
        number=2,
        plan="create",
        partner_reference="A\N{EM DASH}1",
        asset={"device": {"device_serial_number": "x 1"}},
    )
    UploadRow.objects.filter(pk=row.pk).update(reference_key="A\N{EM DASH}1", serial_key="")
    UpgradeStep.objects.exclude(kind="security.encrypt").delete()

    begin_steps()
    run_jobs()

    meter.refresh_from_db()
    assert (meter.reference_key, meter.serial_key, meter.account_key) == (reference_key("Straße 1"), "S1", "")
    assert dict(Meter.objects.values_list("partner_reference", "reference_key")) == {
        "Straße 1": "Straße 1",
        "AB 1": "AB 1",
        "AB\N{NO-BREAK SPACE}1": "AB\N{NO-BREAK SPACE}1",
    }
    assert MeterText.objects.get(meter=meter).text.splitlines()[0] == "strasse1"
    row.refresh_from_db()
    assert (row.reference_key, row.serial_key) == ("A-1", "X1")
    assert twin.pk != other.pk
