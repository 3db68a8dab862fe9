"""The form of new references: a file, or pasted rows."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from onboarding.meters.bulk.references.reading import Sheet, pasted_sheet
from portal.problems import Problem


class ReferencesForm(forms.Form):
    """A spreadsheet with new references, or two columns pasted."""

    file = forms.FileField(
        label="Spreadsheet",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": ".xlsx,.csv,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
        ),
    )
    pasted = forms.CharField(label="Pasted rows", required=False, strip=False)

    def clean(self) -> dict[str, Any]:
        """Puts what was sent into `sheet`."""
        data = super().clean() or {}
        file: UploadedFile | None = data.get("file")
        if file is not None:
            data["sheet"] = Sheet(file.name or "", file.chunks())
        elif data.get("pasted", "").strip():
            data["sheet"] = pasted_sheet(data["pasted"])
        elif not self.errors:
            self.refuse(Problem("FILE_MISSING"))
        return data

    def refuse(self, problem: Problem) -> None:
        """Say at the file what is wrong with it."""
        self.add_error("file", f"{problem.text} {problem.remedy}")
