"""One missing field, many meters: fill it in on one screen. What is typed goes the way of a sheet's rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from onboarding.meter_form.staging import stage_typed_rows
from onboarding.meters.columns import asset_of
from onboarding.meters.models import Meter
from onboarding.uploads.models import WRITTEN, RowPlan, Upload
from onboarding.uploads.pipeline.commit import commit_at_once
from onboarding.uploads.pipeline.preview import CandidateRow, RowPreview
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from portal.problems import Problem, Refused
from programs.schema import schema_for

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of filling: the upload that it was (None when nothing was written), and what was wrong by meter."""

    upload: Upload | None
    written: int
    problems: Mapping[UUID, tuple[Problem, ...]]


def lacking(partner: Partner, *, program: str, field: str) -> QuerySet[Meter]:
    """The partner's meters that a program cannot take for want of a field, oldest first."""
    meters = Meter.objects.filter(
        partner=partner, enrollments__program__identifier=program, enrollments__acts="partner"
    ).annotate(missing_text=Cast("enrollments__missing", TextField()))
    return meters.filter(missing_text__contains=f'"{field}"', is_archived=False).order_by("pk")


def fill(
    meters: list[Meter], texts: Mapping[UUID, str], *, program: str, field: str, partner: Partner, by: Actor, user: User
) -> Filled:
    """Write a field's value into meters. Those whose value is not taken stay as they are, with every problem.

    Refuses METER_CHANGED_MEANWHILE when one was changed this very moment; then nothing is written.
    """
    schema = schema_for()
    candidates = [
        CandidateRow(number, schema.flatten(asset_of(meter)) | {field: texts[meter.pk]}, meter)
        for number, meter in enumerate(meters, 1)
    ]
    results = RowPreview(partner, programs=[program], update_existing=False).check(candidates)
    wrong = {
        meter.pk: tuple(result.problems)
        for meter, result in zip(meters, results, strict=True)
        if result.plan not in WRITTEN
    }
    good = [
        (result, {field: texts[meter.pk]})
        for meter, result in zip(meters, results, strict=True)
        if result.plan == RowPlan.UPDATE
    ]
    if not good:
        return Filled(None, 0, wrong)
    with transaction.atomic():
        name = f"Filled in: {schema.column(field).name}"
        upload = stage_typed_rows(good, name=name, programs=[program], updates=True, partner=partner, by=by, user=user)
        if not commit_at_once(upload):
            raise Refused(Problem("METER_CHANGED_MEANWHILE"))
    return Filled(upload, len(good), wrong)
