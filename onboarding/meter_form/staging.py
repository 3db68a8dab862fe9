"""Rows that somebody typed as the upload that they are, so that the verbs which write a sheet's rows write them."""

from collections import Counter
from collections.abc import Mapping, Sequence

from onboarding.uploads.models import Upload, UploadProblem, UploadRow, UploadSource
from onboarding.uploads.pipeline.preview import RowResult
from onboarding.uploads.pipeline.staging import (
    PROBLEM_COLUMNS,
    ROW_COLUMNS,
    add_to_outlook,
    keeps_cells,
    problem_values,
    row_values,
)
from onboarding.uploads.states import create_confirmed
from onboarding.uploads.stored import Outlook, field_cells
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from portal.problems import storable_json
from portal.storage.bulk import insert
from portal.web import clock
from programs.schema import catalogue_version


def stage_typed_rows(
    rows: Sequence[tuple[RowResult, Mapping[str, object]]],
    *,
    name: str,
    programs: Sequence[str],
    updates: bool,
    partner: Partner,
    by: Actor,
    user: User | None = None,
    source: UploadSource = UploadSource.FORM,
) -> Upload:
    """An upload of rows, each with what was typed, confirmed already; its preview is kept like a sheet's.

    source: a form, or the API for an asset that is written while the caller waits.
    """
    results = [result for result, _ in rows]
    outlook: Outlook = {}
    for result in results:
        add_to_outlook(outlook, result.programs)
    upload = create_confirmed(
        partner=partner,
        source=source,
        actor=by.as_json(),
        user=user,
        file_name=name[:255],
        size=0,
        programs=list(programs),
        update_existing=updates,
        facts={"kind": "json" if source == UploadSource.API else "form"},
        catalogue_version=catalogue_version(),
        counts={**Counter(result.plan.value for result in results), "rows": len(rows)},
        outlook=outlook,
        transmission_regions=sorted({str(one.asset["transmission_region"]) for one in results if one.asset}),
        confirmed_at=clock.now(),
        confirmed_by=by.label[:200],
    )
    insert(
        UploadRow,
        ROW_COLUMNS,
        (
            row_values(upload, result, field_cells(storable_json(cells)) if keeps_cells(result) else None)
            for result, cells in rows
        ),
    )
    insert(UploadProblem, PROBLEM_COLUMNS, problem_values(upload, results, {}))
    return upload
