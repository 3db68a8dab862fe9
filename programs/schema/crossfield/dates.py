"""Whether the dates of a device can follow each other."""

from collections.abc import Sequence
from datetime import date

from programs.schema.crossfield.rule import CrossCheckRule, RowFinding
from programs.schema.lists import Flat

INSTALLED, PERMITTED, NEM = "device.install_date", "device.permission_to_operate_date", "caiso.nem_type"
# The day from which California's net billing tariff (NEM3) applies. Unverified (domain.md C4, L): so it only warns.
NEM3_FROM = "2023-04-15"
LONG_AGO = "1990-01-01"  # an earlier day is rather one that a program has for "none": 1900-01-01, 1970-01-01


def date_rules() -> list[CrossCheckRule]:
    """The rule about dates, which repeat too seldom to be remembered."""
    return [CrossCheckRule((INSTALLED, PERMITTED), (INSTALLED, PERMITTED, NEM), dates_in_order, repeats=False)]


def dates_in_order(row: Flat, on: date) -> Sequence[RowFinding]:
    """Permission to operate comes on the day of the installation or later; neither is to come, nor long ago."""
    installed, permitted = row.get(INSTALLED, ""), row.get(PERMITTED, "")  # ISO dates: as texts they compare the same
    today = on.isoformat()
    findings = []
    if permitted and installed > permitted:
        # It only warns: the contract takes the day of activation as an install date too, and that may be later.
        findings.append(RowFinding("PERMISSION_BEFORE_INSTALLATION", PERMITTED, {"installed": installed}))
    if installed > today:
        findings.append(RowFinding("DATE_TO_COME", INSTALLED, {"today": today}))
    if permitted > today:
        findings.append(RowFinding("DATE_TO_COME", PERMITTED, {"today": today}))
    long_ago = [key for key, day in ((INSTALLED, installed), (PERMITTED, permitted)) if "" < day < LONG_AGO]
    findings += [RowFinding("DATE_LONG_AGO", key) for key in long_ago]
    if permitted and permitted < NEM3_FROM and row.get(NEM) == "NEM3":
        findings.append(RowFinding("NEM3_TOO_EARLY", NEM, {"permitted": permitted, "from": NEM3_FROM}))
    return findings
