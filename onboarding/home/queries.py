"""What needs a partner, most urgent first."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import EnrollmentStatus, Meter
from onboarding.meters.search.queries import search
from onboarding.uploads.models import Plan, Result, Upload, UploadState
from onboarding.uploads.queries import files_of
from portal.partners.models import Partner
from portal.storage.ids import as_uuid
from programs.schema import schema_for

UPLOADS_SHOWN = 10
FOUND_SHOWN = 10
STANDINGS_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: the address of the one thing that an ID names, else the newest meters and uploads."""

    meters: list[Meter]
    uploads: list[Upload]
    exactly: str | None = None
    more_meters: bool = False


def found_by(partner: Partner, text: str) -> Found:
    """A meter or an upload by its ID; meters by reference, name, address or account; uploads by file name."""
    if pk := as_uuid(text):
        for model, route in ((Meter, "meter"), (Upload, "upload")):
            if model.objects.filter(partner=partner, pk=pk).exists():
                return Found([], [], exactly=reverse(route, args=[pk]))
    if not text:
        return Found([], [])
    meters = list(Meter.objects.filter(search(partner, text), partner=partner).order_by("-pk")[: FOUND_SHOWN + 1])
    uploads = files_of(partner).filter(file_name__icontains=text).order_by("-pk")[:FOUND_SHOWN]
    return Found(meters[:FOUND_SHOWN], list(uploads), more_meters=len(meters) > FOUND_SHOWN)


@dataclass(frozen=True, slots=True)
class LackingFields:
    """A program whose meters lack required fields: how many meters (at least, unless is_whole), which fields most."""

    program: str
    meters: int
    fields: list[tuple[str, int]]
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Needs:
    """The home page's content."""

    to_match: list[Upload]
    to_confirm: list[Upload]
    to_fix: list[Upload]
    lacking: list[LackingFields]
    recent: list[Upload]
    has_meters: bool

    @property
    def anything(self) -> bool:
        return bool(self.to_match or self.to_confirm or self.to_fix or self.lacking)


def needs_of(partner: Partner) -> Needs:
    """Uploads that wait for the partner, files that cannot be read, and meters that lack a program's fields."""
    newest = list(files_of(partner).order_by("-pk")[:50])
    return Needs(
        to_match=[upload for upload in newest if upload.state == UploadState.COLUMNS][:UPLOADS_SHOWN],
        to_confirm=[upload for upload in newest if _waits(upload)][:UPLOADS_SHOWN],
        to_fix=[upload for upload in newest if _is_to_fix(upload)][:UPLOADS_SHOWN],
        lacking=_lacking(partner),
        recent=newest[:5],
        has_meters=Meter.objects.filter(partner=partner).exists(),
    )


def _waits(upload: Upload) -> bool:
    """Whether confirming it would write something; duplicates and rows that change nothing wait for nobody."""
    good = upload.count(Plan.CREATE) + upload.count(Plan.UPDATE)
    written = upload.count(Result.METER_CREATED) + upload.count(Result.METER_UPDATED)
    return upload.state == UploadState.READY and good > written


def _is_to_fix(upload: Upload) -> bool:
    """Whether the rows to fix are what is left to do: all others are written, or none of them would be."""
    is_left = upload.state == UploadState.DONE or (upload.state == UploadState.READY and not _waits(upload))
    return is_left and upload.count(Plan.NEEDS_FIXING) > 0 and upload.source == "page"


def _lacking(partner: Partner) -> list[LackingFields]:
    """Counted in the database, over so many standings that the page never waits for it."""
    labels = {column.key: column.label for column in schema_for().columns}
    meters: Counter[str] = Counter()
    fields: dict[str, Counter[str]] = {}
    lacking = Enrollment.objects.filter(partner=partner, status=EnrollmentStatus.INELIGIBLE).exclude(missing=[])
    counted = Enrollment.objects.filter(pk__in=lacking.values("pk")[:STANDINGS_COUNTED])
    for identifier, missing, count in counted.values_list("program__identifier", "missing").annotate(n=Count("pk")):
        meters[identifier] += count
        fields.setdefault(identifier, Counter()).update({labels.get(key, key): count for key in missing})
    is_whole = meters.total() < STANDINGS_COUNTED
    return [LackingFields(name, n, fields[name].most_common(3), is_whole) for name, n in meters.most_common()]
