"""The form of new references: a file, or pasted rows."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from onboarding.bulk.references.reading import Sheet, pasted_sheet
from portal.problems import Problem, Refused, storable


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pasted"].validators = []  # Django's own refuses a NUL; the row that has it says so here

    @property
    def shown_pasted(self) -> str:
        """What was pasted, as the page shows it again."""
        return storable(self["pasted"].value() or "")

    def clean(self) -> dict[str, Any]:
        """Puts what was sent into `sheet`."""
        data = super().clean() or {}
        file: UploadedFile | None = data.get("file")
        if file is not None:
            data["sheet"] = Sheet(file.name or "", file.chunks())
        elif data.get("pasted", "").strip():
            try:
                data["sheet"] = pasted_sheet(data["pasted"])
            except Refused as refusal:
                self.refuse(*refusal.problems)
        elif not self.errors:
            self.refuse(Problem("FILE_MISSING"))
        return data

    def refuse(self, *problems: Problem) -> None:
        """Say what is wrong, at the file or at what was pasted instead."""
        place = "pasted" if self.shown_pasted.strip() and not self.files else "file"
        for problem in problems:
            self.add_error(place, f"{problem.text} {problem.remedy}")
