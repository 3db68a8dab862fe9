"""Rows that somebody typed as the upload that they are, so that the verbs which write a sheet's rows write them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from onboarding.uploads.models import Source, Upload, UploadProblem, UploadRow
from onboarding.uploads.pipeline.preview import Verdict
from onboarding.uploads.pipeline.staging import PROBLEM_COLUMNS, ROW_COLUMNS, add_to_outlook, problem_values, row_values
from onboarding.uploads.states import create_confirmed
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from portal.storage.bulk import insert
from programs.schema import catalogue_version


def staged(
    rows: Sequence[tuple[Verdict, Mapping[str, str]]],
    *,
    name: str,
    programs: Sequence[str],
    updates: bool,
    partner: Partner,
    by: Actor,
    user: User,
) -> Upload:
    """An upload of good rows, each with what was typed, confirmed already; its preview is kept like a sheet's."""
    verdicts = [verdict for verdict, _ in rows]
    outlook: dict[str, Any] = {}
    for verdict in verdicts:
        add_to_outlook(outlook, verdict.programs)
    upload = create_confirmed(
        partner=partner,
        source=Source.FORM,
        actor=by.as_json(),
        user=user,
        file_name=name[:255],
        size=0,
        programs=list(programs),
        update_existing=updates,
        facts={"kind": "form"},
        catalogue_version=catalogue_version(),
        counts={**Counter(verdict.plan.value for verdict in verdicts), "rows": len(rows)},
        outlook=outlook,
        transmission_regions=sorted({str(one.asset["transmission_region"]) for one in verdicts if one.asset}),
        confirmed_at=timezone.now(),
        confirmed_by=by.label[:200],
    )
    insert(UploadRow, ROW_COLUMNS, [row_values(upload, verdict, dict(cells)) for verdict, cells in rows])
    insert(UploadProblem, PROBLEM_COLUMNS, problem_values(upload, verdicts, {}))
    return upload
