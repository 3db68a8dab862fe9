"""The upload form."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from onboarding.spreadsheets.reader import ENDINGS
from portal.problems import Problem
from programs.queries import partner_created_programs


class UploadForm(forms.Form):
    """A spreadsheet, the programs it is for, and whether it may change existing meters."""

    programs = forms.MultipleChoiceField(
        label="Programs",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Each row is checked against what these programs ask for.",
    )
    pasted = forms.CharField(
        label="Pasted rows",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text="Copy the rows in your spreadsheet program, column names included, and paste them here.",
    )
    file = forms.FileField(
        label="Spreadsheet",
        required=False,
        allow_empty_file=True,
        max_length=None,
        error_messages={"invalid": "Select a spreadsheet."},
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(ENDINGS)}),
    )
    update_existing = forms.BooleanField(
        label="Update existing meters",
        required=False,
        help_text="Rows whose partner reference belongs to one of your meters change that meter. "
        "Empty cells keep what is there.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["programs", "file", "pasted", "update_existing"])
        field = self.fields["programs"]
        assert isinstance(field, forms.MultipleChoiceField)
        programs = partner_created_programs()
        field.choices = [(program.identifier, f"{program.name} ({program.identifier})") for program in programs]
        field.error_messages["invalid_choice"] = "%(value)s is not a program that takes uploads. Choose from the list."

    def clean(self) -> dict[str, Any]:
        """Either a file or pasted rows; what was pasted is a file of its own."""
        data = super().clean() or {}
        pasted = data.get("pasted", "")
        if data.get("file") is None and not self.errors.get("file"):
            if pasted.strip():
                content = pasted.encode("utf-8", "replace")
                data["file"] = SimpleUploadedFile("pasted rows.csv", content, "text/csv")
            else:
                self.add_error("file", Problem("FILE_MISSING").remedy)
        return data
