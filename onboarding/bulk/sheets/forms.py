"""The form of a sheet: a file, or pasted rows where the action takes them."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from onboarding.bulk.sheets.reading import SheetFile, pasted_sheet
from onboarding.bulk.sheets.spec import SheetAction
from onboarding.spreadsheets.reader import ENDINGS
from portal.problems import Problem, Refused, storable

PASTED_NAME = "pasted rows.csv"
_NO_TABLE = {"FILE_NO_ROWS", "FILE_NO_HEADER", "FILE_NOT_A_SPREADSHEET", "FILE_EMPTY"}  # what is said of a file


class SheetForm(forms.Form):
    """A spreadsheet, or rows that were copied from one. The action says whether rows can be pasted."""

    file = forms.FileField(
        label="Spreadsheet",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
    )
    pasted = forms.CharField(label="Pasted rows", required=False, strip=False)

    def __init__(self, *args: Any, handler: SheetAction[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.handler = handler
        self.fields["pasted"].validators = []  # Django's own refuses a NUL; the row that has it says so here
        if not handler.pasted_label:
            del self.fields["pasted"]

    @property
    def shown_pasted(self) -> str:
        """What was pasted, as the page shows it again."""
        return storable(self["pasted"].value() or "") if "pasted" in self.fields else ""

    def clean(self) -> dict[str, object]:
        """Puts what was sent into `sheet`."""
        data = super().clean() or {}
        file: UploadedFile | None = data.get("file")
        if file is not None:
            data["sheet"] = SheetFile(file.name or "", file.chunks())
        elif data.get("pasted", "").strip():
            try:
                data["sheet"] = pasted_sheet(data["pasted"], self.handler.columns.specs, name=PASTED_NAME)
            except Refused as refusal:
                self.refuse(*refusal.problems)
        elif not self.errors:
            self.refuse(Problem("FILE_MISSING"))
        return data

    def refuse(self, *problems: Problem) -> None:
        """Say what is wrong, at the file or at what was pasted instead."""
        is_pasted = bool(self.shown_pasted.strip()) and not self.files
        for problem in problems:
            told = Problem("PASTED_NOT_TWO_COLUMNS") if is_pasted and problem.code in _NO_TABLE else problem
            self.add_error("pasted" if is_pasted else "file", f"{told.text} {told.remedy}")
