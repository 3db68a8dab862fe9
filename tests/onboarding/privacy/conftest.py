"""A customer who is in an upload and came through Connect, and a search through all that is stored."""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection

from onboarding.uploads.models import Upload
from portal.partners.models import Partner
from tests.builders import row, xlsx
from tests.onboarding.connect.conftest import (  # noqa: F401  fixtures
    Customer,
    connected,
    customer,
    link,
)
from tests.onboarding.uploads.conftest import commit, send  # noqa: F401  fixtures

# Each is found nowhere unless it came from this customer.
REFERENCE, NAME, EMAIL = "quilby-home", "Zelda Quilby", "zelda.quilby@mail.example"
STREET, PHONE, SERIAL, ACCOUNT = "77 Quilby Lane", "415 555 0177", "QUILBY-7741", "7741-QUILBY"
WORDS = ("quilby", "415 555 0177", "4155550177")
THEIRS = {
    "partner_reference": REFERENCE,
    "customer__end_customer_name": NAME,
    "customer__end_customer_email": EMAIL,
    "customer__end_customer_phone_number": PHONE,
    "customer__street_1": STREET,
    "device__device_serial_number": SERIAL,
}


@pytest.fixture(autouse=True)
def _files(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def in_upload(acme: Partner, catalogue: None, send: Callable[..., Upload], commit: Callable[..., Upload]) -> Upload:  # noqa: F811  fixtures
    """An upload of three meters, one of them the customer's, and a row of the customer that needs fixing."""
    bad = row(9, **THEIRS | {"partner_reference": "quilby-2", "customer__postal_code": "no"})
    lines = [row(1), row(2, **THEIRS), row(3), bad]
    return commit(send(acme, xlsx(lines), name="Zelda Quilby and others.xlsx"))


def found_in_tables() -> dict[str, int]:
    """In how many rows of each table of the database one of the words is."""
    counts: dict[str, int] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = sum(_has_word(repr(line)) for line in cursor.fetchall())
            if rows:
                counts[table] = rows
    return counts


def _has_word(text: str) -> bool:
    return any(word in text.lower() for word in WORDS)


def found_in_files(folder: Path) -> list[str]:
    """The stored files in which one of the words is, packed or not."""
    return [path.name for path in folder.rglob("*") if path.is_file() and any(map(_has_word, _texts_of(path)))]


def _texts_of(path: Path) -> Iterator[str]:
    content = path.read_bytes()
    yield path.name
    yield content.decode("latin-1")
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name).decode("latin-1")


def texts_in(archive: bytes) -> dict[str, str]:
    """The files of a ZIP as text."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name).decode("latin-1") for name in opened.namelist()}


def details(**more: Any) -> dict[str, str]:
    """What the customer types behind a Connect link."""
    return {"customer_name": NAME, "email": EMAIL, "phone": PHONE, "street": STREET, **more}
