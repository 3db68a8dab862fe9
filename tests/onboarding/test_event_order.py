"""Events of one meter are numbered in the order in which they are committed: whoever writes them holds the meter.

Another connection looks whether the meter is held at the moment at which an event is written.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from onboarding.bulk.domain import confirm, create_action
from onboarding.enrollment.domain import join_program, leave_program, re_evaluate
from onboarding.enrollment.models import Preference
from onboarding.enrollment.rules import rules_of
from onboarding.meters.models import Meter
from onboarding.participation.domain import change_participation, remove_idle
from onboarding.participation.rules import ParticipationRequest
from onboarding.staff.domain import activate, end_activation, record_checks
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_upload
from onboarding.uploads.pipeline.withdraw import withdraw_upload
from portal.events import domain as events
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from programs.models import DeliveryPeriod
from tests import builders
from tests.onboarding.enrollment.meters import make_meter, note

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("catalogue"),
    pytest.mark.skipif("postgres" not in connection.vendor, reason="SQLite has one writer at a time"),
]
BY = Actor.system("Test")
FIRST, LAST = date(2099, 6, 1), date(2099, 6, 7)


def _in_a_thread(call: Callable[[], object]) -> None:
    def work() -> None:
        call()
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The verbs that are written meanwhile; fails for one whose meter, known to others, nobody holds."""
    insert, insert_from = events.insert, events.insert_from
    seen: list[str] = []

    def check(written: Iterable[tuple[str, str, str]]) -> None:
        rows = [(verb, UUID(subject)) for verb, subject_type, subject in written if subject_type == "meter"]
        seen.extend(verb for verb, _ in rows)
        free: list[UUID] = []

        def look() -> None:
            with transaction.atomic():
                meters = Meter.objects.filter(pk__in=[pk for _, pk in rows]).select_for_update(skip_locked=True)
                free.extend(meters.values_list("pk", flat=True))

        _in_a_thread(look)
        assert not free, {verb for verb, pk in rows if pk in free}

    def watched_insert(model: Any, columns: Any, rows: Any) -> int:
        rows = list(rows)
        if model is Event:
            check((row[2], row[3], row[4]) for row in rows)
        return insert(model, columns, rows)

    def watched_insert_from(staged: Any, model: Any, values: Any, **more: Any) -> int:
        before = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        count = insert_from(staged, model, values, **more)
        check(Event.objects.filter(pk__gt=before).values_list("verb", "subject_type", "subject_id"))
        return count

    with monkeypatch.context() as patch:
        patch.setattr(events, "insert", watched_insert)
        patch.setattr(events, "insert_from", watched_insert_from)
        yield seen


def test_whoever_writes_an_event_of_a_meter_holds_it(
    acme: Partner, user: User, run_jobs: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE")
    period = DeliveryPeriod.objects.select_related("program").get(name="CEC-DSGS_2027_MAY_OCT")
    idle = ParticipationRequest(Preference.IDLE, FIRST, LAST)
    with watched(monkeypatch) as seen:
        join_program(meter, rules_of()["ELRP"], by=BY)
        leave_program(meter, rules_of()["CEC-DSGS"], by=BY)
        join_program(meter, rules_of()["CEC-DSGS"], by=BY)
        note(meter, "HAS_AMI", holds=False)
        re_evaluate([meter.pk], by=BY)
        change_participation({meter.pk: idle}, partner=acme, by=BY)
        remove_idle(meter, FIRST, LAST, by=BY)
        record_checks([meter], "HAS_AMI", holds=True, by=BY)
        activate([meter], period, by=BY, even_if_not_eligible=True)
        end_activation([meter], period, by=BY, reason="Moved", active_to=period.starts_at)
        chosen: Any = {"kind": "archive", "meters": [meter.pk], "seen_at": timezone.now()}
        confirm(create_action(acme, user, **chosen, by=BY), by=BY)
        run_jobs()

    assert {
        "meter.program_joined",
        "meter.program_left",
        "meter.required_actions_changed",
        "meter.idled",
        "meter.idle_removed",
        "meter.check_recorded",
        "meter.activated",
        "meter.activation_ended",
        "meter.archived",
    } <= set(seen)


def test_uploads_hold_the_meters_that_they_change(
    acme: Partner, run_jobs: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched(monkeypatch) as seen:
        for updates, lacking in ((False, {"site__number_of_devices": None}), (True, {})):
            row: dict[str, Any] = builders.row(1, **lacking)
            about: Any = {"file_name": "crm.csv", "programs": ["CEC-DSGS"], "update_existing": updates}
            upload, _ = receive_upload([builders.csv_bytes([row])], partner=acme, by=BY, **about)
            run_jobs()
            upload.refresh_from_db()
            confirm_upload(upload, by=BY)
            run_jobs()
        withdraw_upload(upload, by=BY)
        run_jobs()

    assert {"meter.created", "meter.updated", "meter.restored", "meter.global_status_changed"} <= set(seen)
