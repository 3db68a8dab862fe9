"""What a database holds, as JSON: run in a process of its own, on the database that DATABASE_URL or DATA_DIR names."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.db import connection  # noqa: E402  Django first
from django.db.models.fields.json import KT  # noqa: E402  Django first

from onboarding.enrollment.models import Enrollment, MadeDeadline  # noqa: E402
from onboarding.meters.models import Meter  # noqa: E402
from onboarding.meters.search.domain import SEARCHED, text_of  # noqa: E402
from onboarding.meters.search.models import MeterText  # noqa: E402
from onboarding.portfolio.filters import matching  # noqa: E402
from onboarding.uploads.models import Upload, UploadRow  # noqa: E402
from portal.events.chain import check_log, seal_log  # noqa: E402
from portal.events.models import Event  # noqa: E402
from portal.jobs.domain import run_next  # noqa: E402
from portal.jobs.models import Job  # noqa: E402
from portal.partners.models import Partner  # noqa: E402
from programs.identifiers import account_key, reference_key, serial_key  # noqa: E402
from programs.models import PassedDeadline  # noqa: E402

KEYS = ("reference_key", "account_key", "serial_key")
STAGED = (KT("asset__utility__electric_service_account_number"), KT("asset__device__device_serial_number"))


def schema() -> dict[str, dict[str, list[list[object]]]]:
    """Every table with its columns (name, type, takes NULL) and its constraints and indexes, by what they hold."""
    tables = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            columns = connection.introspection.get_table_description(cursor, table)
            constraints = connection.introspection.get_constraints(cursor, table).values()
            tables[table] = {
                "columns": sorted([column.name, str(column.type_code), bool(column.null_ok)] for column in columns),
                "constraints": sorted(
                    (
                        [
                            [column or "an expression" for column in constraint["columns"]],
                            constraint["primary_key"],
                            constraint["unique"],
                            list(constraint["foreign_key"] or ()),
                            constraint["check"],
                            constraint["index"],
                        ]
                        for constraint in constraints
                    ),
                    key=str,
                ),
            }
    return tables


def contents() -> dict[str, object]:
    """What the portal makes of the rows: counts, a search, and whether the event log can be sealed and read."""
    from django.http import QueryDict

    cedar = Partner.objects.get(slug="cedar")
    while run_next():
        pass
    meter = Meter.objects.filter(partner=cedar).latest("pk")
    part = meter.partner_reference[1:]
    sealed = seal_log()
    check = check_log()
    return {
        "meters": Meter.objects.count(),
        "enrollments": Enrollment.objects.count(),
        "uploads": dict(Upload.objects.values_list("file_name", "state")),
        "events": Event.objects.count(),
        "searched": [one.partner_reference for one in matching(QueryDict(f"q={part}"), partner=cedar)],
        "by_reference": [meter.partner_reference],
        "sealed": sealed,
        "findings": check.findings,
    }


def make_twins() -> int:
    """Three meters of one partner get references that only look different; returns how many."""
    spelled = ("twin\N{NO-BREAK SPACE}1", "twin 1", "twin\N{EM SPACE}1")
    keys = Meter.objects.filter(partner__slug="cedar").order_by("pk").values_list("pk", flat=True)[:3]
    return sum(
        Meter.objects.filter(pk=pk).update(partner_reference=text) for pk, text in zip(keys, spelled, strict=True)
    )


def make_eligible() -> int:
    """All enrollments are old; those of one partner are eligible, and the others not. Returns how many are eligible."""
    long_ago = datetime(2024, 1, 1, tzinfo=UTC)
    Enrollment.objects.update(joined_at=long_ago, status="INELIGIBLE")
    return Enrollment.objects.filter(partner__slug="cedar").update(status="ELIGIBLE")


def made() -> dict[str, object]:
    """Of the recorded deadlines: whose meters made them, and whether each is one of the meter's own program's."""
    rows = MadeDeadline.objects.select_related("partner", "deadline__period")
    programs = {(row.meter_id, row.program_id) for row in Enrollment.objects.all()}
    return {
        "partners": sorted({row.partner.slug for row in rows}),
        "of_own_programs": all((row.meter_id, row.deadline.period.program_id) in programs for row in rows),
        "meters": len({row.meter_id for row in rows}),
        "passed": all(row.deadline.accepted_until < row.recorded_at for row in rows),
        "left_to_record": PassedDeadline.objects.filter(recorded_at=None).count(),
    }


def keys() -> list[list[str]]:
    """Each reference with its normal form."""
    return [list(pair) for pair in Meter.objects.values_list("partner_reference", "reference_key")]


def written() -> dict[str, object]:
    """Of rows that an older version may have written: how many lack what this version's code would have written."""
    meters = Meter.objects.values_list("pk", "partner_reference", "account_number", "serial_number", *KEYS)
    rows = UploadRow.objects.values_list("partner_reference", *STAGED, *KEYS)
    texts = dict(MeterText.objects.values_list("meter_id", "text"))
    searched = Meter.objects.values_list("pk", *SEARCHED)
    return {
        "meters": Meter.objects.count(),
        "meters_with_other_keys": sum(keys_of(*typed) != held for _, *typed, held in _in_two(meters, 4)),
        "rows_with_other_keys": sum(keys_of(*typed) != held for *typed, held in _in_two(rows, 3)),
        "meters_with_another_text": sum(texts.get(pk) != text_of(values) for pk, *values in searched.iterator()),
        "work_left": [job.kind for job in Job.objects.exclude(state="done")],
    }


def _in_two(rows: Any, at: int) -> Iterator[list[Any]]:
    """Each row with what is after that place as one tuple."""
    for row in rows.iterator(chunk_size=5_000):
        yield [*row[:at], tuple(row[at:])]


def keys_of(reference: str, account: str | None, serial: str | None) -> tuple[str, str, str]:
    return reference_key(reference), account_key(account or ""), serial_key(serial or "")


LOOKS = (schema, contents, make_twins, make_eligible, made, keys, written)

if __name__ == "__main__":
    print(json.dumps({look.__name__: look for look in LOOKS}[sys.argv[1]]()))
