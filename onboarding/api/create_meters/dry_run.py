"""What a request that creates meters would do: the preview of an upload as JSON. Nothing is stored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from rest_framework import serializers

from onboarding.api.assets import ProgramIdentifierField
from onboarding.api.create_meters import bodies
from onboarding.api.create_meters.serializers import WarningSerializer
from onboarding.enrollment.results import EnrollmentResult
from onboarding.meters.models import EnrollmentStatus
from onboarding.spreadsheets.problems import Unreadable
from onboarding.uploads.column_units import converted_units_of
from onboarding.uploads.columns.encodings import encoding_named, is_encoding_guessed, warnings_of_guess
from onboarding.uploads.layout import ColumnLayout
from onboarding.uploads.models import WRITTEN, RowPlan, Upload, UploadSource
from onboarding.uploads.pipeline.json_assets import JsonBody, NotJson, flattened
from onboarding.uploads.pipeline.preview import CandidateRow, RowPreview, RowResult
from onboarding.uploads.pipeline.receive import refuse_incomplete_catalogue
from onboarding.uploads.pipeline.source import open_source
from onboarding.uploads.queries import unused_columns
from portal.partners.models import Partner
from portal.problems import Problem, Refused
from portal.storage.temporary import named_file

MOST_ASSETS: Final = 1_000  # they are checked while the caller waits
_OUTCOMES: Final = {
    RowPlan.CREATE: "CREATE",
    RowPlan.UPDATE: "UPDATE",
    RowPlan.UNCHANGED: "UNCHANGED",
    RowPlan.DUPLICATE: "DUPLICATE",
    RowPlan.NEEDS_FIXING: "NEEDS_FIXING",
    RowPlan.NOT_A_METER: "NOT_A_METER",
}


class AssetErrorSerializer(serializers.Serializer[object]):
    """A problem that keeps the asset from being stored."""

    field = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    message = serializers.CharField()
    suggestion = serializers.CharField(required=False, help_text="A value you may have meant.")


class ProgramPreviewSerializer(serializers.Serializer[object]):
    """The result for the asset in one program."""

    program_identifier = ProgramIdentifierField()
    enrollment_status = serializers.ChoiceField(EnrollmentStatus.values)
    joins = serializers.BooleanField(help_text="Whether the meter would join it. If false, it only could.")
    missing_fields = serializers.ListField(child=serializers.CharField(), help_text="Required there and empty.")
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Other reasons why it is not eligible.")


class FieldChangeSerializer(serializers.Serializer[object]):
    """A field that would change."""

    field = serializers.CharField()
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)


class AssetPreviewSerializer(serializers.Serializer[object]):
    """What would happen to one asset."""

    json_index = serializers.IntegerField(required=False, help_text="Its place in assets, from 0.")
    csv_row = serializers.IntegerField(required=False, help_text="Its row in the CSV; the header is row 1.")
    partner_reference = serializers.CharField(allow_blank=True)
    outcome = serializers.ChoiceField([*_OUTCOMES.values()])
    meter_id = serializers.UUIDField(required=False, help_text="The meter that already has the reference.")
    changes = FieldChangeSerializer(many=True)
    errors = AssetErrorSerializer(many=True)  # type: ignore[assignment]  # a field, which DRF takes out of the class
    warnings = WarningSerializer(many=True)
    programs = ProgramPreviewSerializer(many=True)


class DryRunAnswerSerializer(serializers.Serializer[object]):
    """What the request would do. Nothing was stored or changed."""

    dry_run = serializers.BooleanField(help_text="Always true.")
    would_be_refused = serializers.BooleanField(
        help_text="Whether the whole request would return 400 because of wrong types or missing global fields."
    )
    assets_count = serializers.IntegerField()
    outcomes = serializers.DictField(child=serializers.IntegerField(), help_text="How many assets have each outcome.")
    warnings = WarningSerializer(many=True, help_text="About the whole request, such as unknown columns.")
    assets = AssetPreviewSerializer(many=True)


def of_job(body: Mapping[str, Any], partner: Partner, *, update_existing: bool) -> dict[str, object]:
    """The preview of createMeterBatchJob. ApiError as the request itself; 413 for more assets than a dry run takes."""
    refuse_incomplete_catalogue()
    if bodies.is_json(body):
        with bodies.spooled(body["stream"]) as file:
            split = bodies.split(file, most=MOST_ASSETS)
            return of_assets(_parsed(split), partner, update_existing=update_existing, unknown=split.unknown)
    return _of_csv(body, partner, update_existing=update_existing)


def _parsed(body: JsonBody) -> list[object]:
    try:
        return list(body)
    except NotJson as error:
        raise bodies.not_json(error) from None


def of_assets(
    assets: Sequence[object], partner: Partner, *, update_existing: bool, unknown: Iterable[str] = ()
) -> dict[str, object]:
    """The preview of JSON assets."""
    preview = preview_of_json(partner, update_existing=update_existing)
    faults = [bodies.contract_problems(asset, preview.schema) for asset in assets]
    results = preview.check([CandidateRow(index, flattened(asset)) for index, asset in enumerate(assets)])
    for result, asset in zip(results, assets, strict=True):
        if not isinstance(asset, dict):
            result.problems = (Problem("ASSET_NOT_AN_OBJECT"),)
    lines = [{"json_index": result.number, **_previewed(result)} for result in results]
    warnings = [Problem("UNKNOWN_PROPERTY", name) for name in unknown]
    return _answer(lines, warnings, would_be_refused=any(faults))


def preview_of_json(partner: Partner, *, update_existing: bool) -> RowPreview:
    """What checks JSON assets of a partner that are no upload."""
    return RowPreview(partner, programs=(), update_existing=update_existing, names_fields=True, reads_json=True)


def _of_csv(body: Mapping[str, Any], partner: Partner, *, update_existing: bool) -> dict[str, object]:
    with named_file(".csv") as file:
        for piece in bodies.pieces_of(body["stream"]):
            file.write(piece)
        file.flush()
        if not file.tell():
            raise Refused(Problem("FILE_EMPTY", "file"))
        upload = Upload(
            partner=partner,
            source=UploadSource.API,
            update_existing=update_existing,
            commits_itself=True,
            layout=ColumnLayout(encoding=encoding_named(str(body["charset"]))).as_json(),
        )
        try:
            return _of_file(upload, Path(file.name))
        except Unreadable as error:
            raise Refused(Problem(error.code, context=dict(error.context))) from None


def _of_file(upload: Upload, path: Path) -> dict[str, object]:
    preview = RowPreview(upload.partner, programs=(), update_existing=upload.update_existing, names_fields=True)
    with open_source(upload, preview.schema, path=path) as source:
        rows = list(islice((row for chunk in source.chunks for row in chunk), MOST_ASSETS + 1))
        facts = source.facts()
    if not rows:
        raise Unreadable("FILE_NO_ROWS")
    if len(rows) > MOST_ASSETS:
        raise bodies.too_many(MOST_ASSETS)
    upload.columns, upload.layout = source.columns, source.layout.as_json()
    preview.date_orders = source.layout.date_orders
    results = preview.check([CandidateRow(row.number, row.cells) for row in rows])
    guessed = facts.get("encoding", "") if is_encoding_guessed(facts) else ""
    for result, row in zip(results, rows, strict=True) if guessed else ():
        result.warnings = (*result.warnings, *warnings_of_guess(row.cells, guessed, preview.schema))
    lines = [{"csv_row": result.number, **_previewed(result)} for result in results]
    warnings = [Problem("UNKNOWN_COLUMN", column["header"]) for column in unused_columns(upload)]
    return _answer(lines, [*warnings, *converted_units_of(upload)], would_be_refused=False)


def _answer(
    lines: Sequence[Mapping[str, Any]], warnings: Sequence[Problem], *, would_be_refused: bool
) -> dict[str, object]:
    outcomes = dict.fromkeys(_OUTCOMES.values(), 0)
    for line in lines:
        outcomes[line["outcome"]] += 1
    return {
        "dry_run": True,
        "would_be_refused": would_be_refused,
        "assets_count": len(lines),
        "outcomes": outcomes,
        "warnings": [_told(warning) for warning in warnings],
        "assets": lines,
    }


def _previewed(result: RowResult) -> dict[str, Any]:
    known = result.plan not in {RowPlan.CREATE, RowPlan.NEEDS_FIXING} and result.meter_id
    return {
        "partner_reference": result.reference,
        "outcome": _OUTCOMES[result.plan],
        **({"meter_id": str(result.meter_id)} if known else {}),
        "changes": [{"field": key, "old": old, "new": new} for key, (old, new) in (result.changes or {}).items()],
        "errors": list(told_errors(result.problems)),
        "warnings": [_told(warning) for warning in result.warnings],
        "programs": [published_result(name, program) for name, program in result.programs.items()]
        if result.plan in WRITTEN
        else [],
    }


def told_errors(problems: Iterable[Problem]) -> Iterator[dict[str, object]]:
    """Problems as AssetErrors."""
    for problem in problems:
        suggestion = problem.context.get("suggestion")
        yield {**_told(problem), **({"suggestion": str(suggestion)} if suggestion else {})}


def _told(problem: Problem) -> dict[str, object]:
    return {"field": problem.field, "code": problem.code, "message": f"{problem.text} {problem.remedy}".strip()}


def published_result(identifier: str, result: EnrollmentResult) -> dict[str, object]:
    """An asset's result in a program."""
    return {
        "program_identifier": identifier,
        "enrollment_status": result.status.value,
        "joins": not result.could_join,
        "missing_fields": list(result.missing),
        "reasons": [f"{reason.text} {reason.remedy}".strip() for reason in result.reasons],
    }
