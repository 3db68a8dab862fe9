"""The rows of uploads that are about a customer, and what else an upload keeps of them: its file, samples, problems."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from onboarding.privacy.customer import Customer
from onboarding.privacy.mentions import having, holding
from onboarding.uploads.models import Upload, UploadEdit, UploadProblem, UploadRow, UploadState
from portal.events.actors import Actor
from portal.events.models import Event
from portal.events.personal import blank_personal_parts
from portal.storage.files import remove

_OPEN: Final = (
    UploadState.RECEIVED,
    UploadState.CHECKING,
    UploadState.COLUMNS,
    UploadState.READY,
    UploadState.COMMITTING,
    UploadState.WITHDRAWING,
)


def about(customer: Customer) -> Q:
    """The condition on rows of uploads: of the customer's meters, or with something that only the customer has."""
    marks = customer.marks
    theirs = Q(meter_id__in=customer.meters) | Q(reference_key__in=marks.references)
    theirs |= Q(serial_key__in=marks.serials) | Q(account_key__in=marks.accounts)
    return theirs | having(("cells", "asset"), marks.emails)


def open_uploads_of(customer: Customer) -> QuerySet[Upload]:
    """The uploads under way that have such rows, or values of the customer among what was read so far."""
    under_way = Upload.objects.filter(partner=customer.partner, state__in=_OPEN)
    rows = UploadRow.objects.filter(about(customer), upload__in=under_way)
    read = holding(("columns", "layout", "facts"), customer.marks.words)
    return under_way.filter(Q(pk__in=rows.values("upload")) | read).order_by("pk")


def erase_rows(rows: QuerySet[Any], customer: Customer, by: Actor) -> None:
    """Delete the rows with their problems and corrections, and the files of their uploads; each upload keeps its
    counts, and says how many rows were erased."""
    by_upload: dict[UUID, list[int]] = {}
    for upload, number in rows.values_list("upload", "number"):
        by_upload.setdefault(upload, []).append(number)
    for upload in Upload.objects.filter(pk__in=by_upload):
        _erase(upload, by_upload[upload.pk], by)
    rows.delete()


def _erase(upload: Upload, numbers: Collection[int], by: Actor) -> None:
    if upload.stored_name:
        remove(upload.stored_name)  # before the row says so: what stops in between is done again
    beside = {"upload": upload, "row_number__in": numbers}
    UploadProblem.objects.filter(**beside).delete()
    UploadEdit.objects.filter(**beside).delete()
    subjects = [f"{upload.pk}:{number}" for number in numbers]
    blank_personal_parts(Event.objects.filter(subject_type="uploadrow", subject_id__in=subjects), by=by)
    upload.stored_name = ""
    upload.columns = [column | {"samples": []} for column in upload.columns]
    upload.facts.pop("top", None)  # first lines of the sheet, as the reader found them
    upload.facts.pop("readings", None)
    upload.facts["erased_rows"] = upload.facts.get("erased_rows", 0) + len(numbers)
    upload.save(update_fields=["stored_name", "columns", "facts"])
