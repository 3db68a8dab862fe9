"""What the preview of a request says of one program, where times out meet each other. Pure."""

from dataclasses import replace
from datetime import date

import pytest

from onboarding.enrollment.facts import MeterFacts, OutPeriod
from onboarding.enrollment.models import Preference
from onboarding.participation.domain import ParticipationResult
from onboarding.participation.preview import _words
from onboarding.participation.rules import ParticipationRequest, after
from programs.models import Boundary
from tests.onboarding.enrollment.test_meter_facts import PROGRAM, activated, on, out

IDLE, DISENROLL, PARTICIPATE = Preference.IDLE, Preference.DISENROLL, Preference.PARTICIPATE
NOW = on(1)


def words(before: list[OutPeriod], request: ParticipationRequest, *, leaves_at: str = "", active: bool = False) -> str:
    afterwards = after(before, request, PROGRAM.zone, NOW)
    later = MeterFacts({}, out_periods=afterwards, activations=[activated(1, on(5))] if active else [])
    program = replace(PROGRAM, leaves_at=leaves_at or Boundary.MONTH)
    return _words(later, program, ParticipationResult(request, PROGRAM.zone, before, afterwards), NOW)


JUNE = ParticipationRequest(IDLE, date(2027, 6, 1), date(2027, 6, 30))
SOLD = ParticipationRequest(DISENROLL, date(2027, 6, 10), reason="sold")


@pytest.mark.parametrize(
    ("before", "request_", "expected"),
    [
        ([], JUNE, "Out of the program from Jun 1, 2027 to Jun 30, 2027. Participates again from Jul 1, 2027."),
        (
            [out("IDLE", on(5), on(6))],
            JUNE,
            "Out of the program from Jun 1, 2027 to Jun 30, 2027. Participates again from Jul 1, 2027.",
        ),
        (
            [out("IDLE", on(5), on(8))],
            JUNE,
            "Out of the program from Jun 1, 2027 to Jun 30, 2027. Then idle from Jul 1, 2027, as before.",
        ),
        (
            [out("DISENROLL", on(7))],
            JUNE,
            "Out of the program from Jun 1, 2027 to Jun 30, 2027. Then disenrolled from Jul 1, 2027, as before.",
        ),
        ([], SOLD, "Out of the program from Jun 10, 2027."),
        ([out("DISENROLL", on(6))], SOLD, "Out of the program from Jun 1, 2027."),
        (
            [out("IDLE", on(5), on(8))],
            ParticipationRequest(PARTICIPATE, date(2027, 6, 1)),
            "Participates from Jun 1, 2027.",
        ),
    ],
)
def test_preview_says_what_comes_and_what_comes_then(
    before: list[OutPeriod], request_: ParticipationRequest, expected: str
) -> None:
    assert words(before, request_) == expected


@pytest.mark.parametrize(
    ("leaves_at", "expected"),
    [
        (Boundary.MONTH, "Stays active until the end of the month: leaves on Jun 30, 2027."),
        (Boundary.PERIOD, "Stays active until the end of the delivery period: leaves on Sep 30, 2027."),
    ],
)
def test_preview_of_an_active_meter_says_when_it_leaves(leaves_at: str, expected: str) -> None:
    assert words([], SOLD, leaves_at=leaves_at, active=True) == expected
