"""The commands of the quick start: text for a shell, complete, in the order in which they are pasted."""

import json
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from onboarding.calendar.queries import programs_of
from portal.partners.models import Partner
from portal.web import clock
from programs.models import Program
from programs.queries import not_over
from programs.samples import sample_of
from programs.schema import schema_for


@dataclass(frozen=True, slots=True)
class Command:
    """One step: what it does, the text to paste, and what the answer says."""

    heading: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class Example:
    """An asset that a program takes as it is."""

    program: Program
    asset: Mapping[str, Any]


def programs_shown(partner: Partner) -> list[Program]:
    """The programs that the partner's meters are meant for; without any, all that take assets by API."""
    return list(_by_name(programs_of(partner))) or list(_by_name(not_over()))


def _by_name(programs: QuerySet[Program]) -> QuerySet[Program]:
    return programs.filter(is_partner_created=True).select_related("region").order_by("name")


def example_of(programs: Iterable[Program]) -> Example | None:
    """The sample row of the first of these programs that the catalogue takes as it is now."""
    for program in programs:
        schema = schema_for([program.identifier])
        checked = schema.check(sample_of(program, schema.columns), clock.now().date())
        if checked.asset is not None:
            return Example(program, checked.asset)
    return None


def commands(example: Example, *, base: str, key: str) -> list[Command]:
    """Create the asset's meter, see what became of it, and how it is enrolled. The reference is a new one each time."""
    reference = f"quick-start-{secrets.token_hex(4)}"
    name = f"{reference}.json"
    body = {"assets": [{**example.asset, "partner_reference": reference}]}
    wanted = {"partner_references": [reference]}
    return [
        Command(
            "Create a meter",
            _curl(f"{base}/v1.1/jobs/meters?file_name={name}", key, body, idempotency_key=str(uuid.uuid4())),
            "The response contains a job. Repeat it with the same Idempotency-Key to get the same job.",
        ),
        Command(
            "Check the result",
            _curl(f"{base}/v1.1/jobs/meters?filter=file_name:{name}", key),
            "COMPLETED after a few seconds. GET /v1.1/jobs/meters/{job_id} returns the result for each asset.",
        ),
        Command(
            "Check the meter’s enrollment",
            _curl(f"{base}/v2/meters/enrollments/search", key, wanted),
            "Returns its meter_id, and its status and required actions in each program.",
        ),
    ]


def _curl(url: str, key: str, body: Mapping[str, Any] | None = None, *, idempotency_key: str = "") -> str:
    lines = [f"curl -sS '{url}'", f"-H 'Authorization: Bearer {key}'"]
    if idempotency_key:
        lines.append(f"-H 'Idempotency-Key: {idempotency_key}'")
    if body is not None:
        lines += ["-H 'Content-Type: application/json'", f"-d '{_quotable(body)}'"]
    return " \\\n  ".join(lines)


def _quotable(body: Mapping[str, Any]) -> str:
    """JSON without the apostrophe, which would end the shell's quotes."""
    return json.dumps(body, indent=2).replace("'", "\\u0027")
