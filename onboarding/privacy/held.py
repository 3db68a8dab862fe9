"""A copy of all that is held about a customer: a ZIP of JSON by kind of row, the files, and interval data as CSV."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.utils.text import slugify

from onboarding.intervals.models import IntervalSeries
from onboarding.intervals.store import interval_store
from onboarding.intervals.store.times import moment
from onboarding.privacy.customer import Customer
from onboarding.privacy.places import INTERVALS, KEPT, PLACES, Place
from onboarding.spreadsheets.workbook import write_csv
from portal.security.keyring import SecretField
from portal.storage.files import open_file

_ALL_TIME: Final = (-(2**31), 2**31 - 1)  # minutes, as a series has them
_OURS: Final = ("_hash", "_digest", "_salt")  # endings of columns that say nothing to anybody but the portal


def write_held(customer: Customer) -> IO[bytes]:
    """The ZIP, as a temporary file at its beginning."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for place in dict.fromkeys((*PLACES, *KEPT, INTERVALS)):
            _add(archive, place, customer)
        for series in INTERVALS.rows(customer):
            with archive.open(
                f"interval-data/{series.meter_id}-{series.data_type}-{series.minutes}min.csv", "w"
            ) as out:
                out.writelines(_lines_of(series))
    file.seek(0)
    return file


def _add(archive: zipfile.ZipFile, place: Place, customer: Customer) -> None:
    rows = [facts_of(row) for row in place.rows(customer)]
    if rows:
        text = json.dumps(rows, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
        archive.writestr(f"{slugify(place.what)}.json", text)
    names = place.rows(customer).values_list(*place.files) if place.files else ()
    for name in sorted({name for row in names for name in row if name}):
        with open_file(name) as source, archive.open(f"files/{name.rpartition('/')[2]}", "w") as target:
            shutil.copyfileobj(source, target)


def facts_of(row: Model) -> dict[str, Any]:
    """A row's columns by their names, without secrets and what only the portal compares."""
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not isinstance(field, SecretField) and not field.attname.endswith(_OURS)
    }


def _lines_of(series: IntervalSeries) -> Iterator[bytes]:
    intervals = interval_store().read([series.pk], *_ALL_TIME)
    header = ["start (UTC)", "net kWh", "generated kWh", "consumed kWh"]
    rows = ([moment(int(row["start"])).isoformat(), row["net"], row["generated"], row["consumed"]] for row in intervals)
    yield from write_csv(header, rows)
