"""Spreadsheet programs that people really use, for what only they can say: LibreOffice re-saves a workbook."""

import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice") or "/usr/bin/soffice"

needs_libreoffice = pytest.mark.skipif(
    not Path(SOFFICE).exists(),
    reason="LibreOffice is not installed: the round trips through it did NOT run (Debian: apt-get install "
    "--no-install-recommends libreoffice-calc)",
)


def saved_by_libreoffice(content: bytes, folder: Path) -> bytes:
    """The workbook, opened by LibreOffice and saved again as .xlsx: every cell is read and written anew."""
    source, out = folder / "before.xlsx", folder / "saved"
    source.write_bytes(content)
    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(out),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=90,
    )
    return (out / "before.xlsx").read_bytes()
