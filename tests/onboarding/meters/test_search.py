"""Search by part: it finds what looking at every meter would find, at once, and never somebody else's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from onboarding.meters.models import Meter
from onboarding.meters.search import queries
from onboarding.meters.search.domain import SEARCHED, refresh_texts
from onboarding.meters.search.folding import folded
from onboarding.meters.search.models import MeterText, TextBacklog
from onboarding.portfolio.filters import meter_filter
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_upload
from onboarding.uploads.pipeline.withdraw import withdraw_upload
from portal.events.actors import Actor
from portal.jobs import domain as jobs
from portal.partners.models import Partner
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
LINES = [
    builders.row(1, customer__street_1="12 Élan Street", customer__end_customer_name="José O'Neil"),
    builders.row(2, customer__end_customer_name="Zoë Quinn"),
    builders.row(3, customer__city="Oakland", utility__electric_service_account_number="5551234567"),
    builders.row(4, partner_reference="ABC-Def.99", customer__end_customer_name='The "Best" Home'),
]


def send(partner: Partner, lines: list[dict[str, Any]], **options: Any) -> Any:
    upload, _ = receive_upload(
        [builders.csv_bytes(lines)],
        file_name="some.csv",
        partner=partner,
        programs=["CEC-DSGS"],
        by=BY,
        **{"update_existing": False, **options},
    )
    while jobs.run_next():
        pass
    confirm_upload(upload, by=BY)
    return upload


def keys_found(partner: Partner, text: str) -> set[str]:
    return set(meter_filter({"q": text}, partner=partner).qs.values_list("partner_reference", flat=True))


def by_looking(partner: Partner, text: str) -> set[str]:
    lines = Meter.objects.filter(partner=partner).values_list(*SEARCHED)
    return {line[0] for line in lines if any(folded(text) in folded(value or "") for value in line)}


@pytest.fixture
def sent(acme: Partner, borealis: Partner, run_jobs: Callable[[], int]) -> None:
    send(acme, LINES)
    send(borealis, LINES)
    run_jobs()
    Meter.objects.filter(partner_reference="home-000002").update(street="100% Solar Way_7")  # of older days
    refresh_texts(list(Meter.objects.values_list("pk", flat=True)))


def test_search_goes_by_the_index(acme: Partner, sent: None) -> None:
    assert len(queries._candidates(acme, {"oakland"}) or []) == 1
    assert queries._candidates(acme, {"no such thing"}) == []
    assert queries._candidates(acme, {"me"}) is None


def test_something_common_is_found_by_walking_the_list(
    acme: Partner, sent: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST", 2)

    assert queries._candidates(acme, {"home"}) is None
    assert keys_found(acme, "home-") == by_looking(acme, "home-")


def test_meters_are_found_before_their_texts_are_made(acme: Partner, run_jobs: Callable[[], int]) -> None:
    upload = send(acme, LINES)
    jobs.run_next()  # the commit
    assert (TextBacklog.objects.get().batch, MeterText.objects.count()) == (upload.pk, 0)
    assert keys_found(acme, "oakl") == {"home-000003"}

    run_jobs()

    assert (TextBacklog.objects.count(), MeterText.objects.count()) == (0, 4)
    assert keys_found(acme, "oakl") == {"home-000003"}


def test_changed_meter_is_found_by_what_it_holds_now(acme: Partner, sent: None, run_jobs: Callable[[], int]) -> None:
    send(acme, [builders.row(3, customer__city="Berkeley")], update_existing=True)
    run_jobs()

    assert (keys_found(acme, "oakl"), keys_found(acme, "berke")) == (set(), {"home-000003"})
    assert "berkeley" in MeterText.objects.get(meter__partner=acme, meter__partner_reference="home-000003").text


def test_removed_meter_leaves_nothing_behind(acme: Partner, run_jobs: Callable[[], int]) -> None:
    upload = send(acme, LINES)
    run_jobs()
    withdraw_upload(upload, by=BY)
    run_jobs()

    assert (Meter.objects.count(), MeterText.objects.count(), keys_found(acme, "oakl")) == (0, 0, set())


def test_texts_are_made_in_chunks_and_a_crash_doubles_none(
    acme: Partner, settings: Any, monkeypatch: pytest.MonkeyPatch, run_jobs: Callable[[], int]
) -> None:
    from onboarding.meters.search import domain

    settings.JOB_CHUNK_ROWS = 3
    chunk, calls = domain._chunk, []

    def falls(run: Any, upload_id: Any) -> bool:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("falls")
        return chunk(run, upload_id)

    monkeypatch.setattr(domain, "_chunk", falls)
    send(acme, builders.rows(8))
    run_jobs()
    jobs.Job.objects.update(not_before="2020-01-01T00:00Z")
    run_jobs()

    assert MeterText.objects.count() == 8
    assert TextBacklog.objects.count() == 0


def test_index_is_there_and_in_step(acme: Partner, sent: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE name LIKE 'onboarding_metertext_parts_%' AND type = 'trigger'"
            )
            assert len(cursor.fetchall()) == 3
            cursor.execute(
                "INSERT INTO onboarding_metertext_parts(onboarding_metertext_parts, rank) VALUES ('integrity-check', 1)"
            )
        else:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'onboarding_metertext_parts'")
            assert "gin_trgm_ops" in cursor.fetchone()[0]


def test_meter_is_found_by_the_beginning_of_its_id(acme: Partner, borealis: Partner, sent: None) -> None:
    meter = Meter.objects.filter(partner=acme).earliest("pk")

    for text in (str(meter.pk), str(meter.pk)[:35], meter.pk.hex[:31].upper()):
        assert meter.partner_reference in keys_found(acme, text)
        assert meter.pk not in meter_filter({"q": text}, partner=borealis).qs.values_list("pk", flat=True)
