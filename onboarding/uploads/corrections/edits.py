"""What people wrote into rows of an upload, over what stands in the sheet."""

from collections.abc import Collection, Mapping, Sequence

from onboarding.uploads.models import Upload, UploadEdit


def edits_of(upload: Upload, numbers: Collection[int]) -> dict[int, UploadEdit]:
    """The edits of these rows by row number. Rows of a sheet come in order, so a range is asked for."""
    if not numbers:
        return {}
    edits = UploadEdit.objects.filter(upload=upload, row_number__range=(min(numbers), max(numbers)))
    wanted = set(numbers)
    return {edit.row_number: edit for edit in edits if edit.row_number in wanted}


def edited(cells: Mapping[str, object], edit: UploadEdit) -> dict[str, object]:
    """The cells with what was written instead; an empty text empties the cell."""
    merged = {**cells, **edit.values}
    return {key: value for key, value in merged.items() if value != ""}


def write_edits(edits: Sequence[UploadEdit]) -> None:
    """Keep what was written into rows, one edit a row: in the place of the row's earlier edit, if it had one."""
    UploadEdit.objects.bulk_create(
        [
            UploadEdit(
                upload_id=edit.upload_id, row_number=edit.row_number, values=edit.values, is_left_out=edit.is_left_out
            )
            for edit in edits
        ],
        update_conflicts=True,
        unique_fields=["upload", "row_number"],
        update_fields=["values", "is_left_out"],
    )
