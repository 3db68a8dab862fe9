"""The upload form."""

from typing import Any

from django import forms

from programs.queries import partner_created_programs


class UploadForm(forms.Form):
    """A spreadsheet, the programs it is for, and whether it may change existing meters."""

    programs = forms.MultipleChoiceField(
        label="Programs",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Each row is checked against what these programs ask for.",
    )
    file = forms.FileField(
        label="Spreadsheet",
        allow_empty_file=True,
        max_length=None,
        error_messages={
            "required": "Select a spreadsheet (.xlsx or .csv).",
            "invalid": "Select a spreadsheet (.xlsx or .csv).",
        },
        widget=forms.ClearableFileInput(
            attrs={"accept": ".xlsx,.csv,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
        ),
    )
    update_existing = forms.BooleanField(
        label="Update existing meters",
        required=False,
        help_text="Rows whose partner reference belongs to one of your meters change that meter. "
        "Empty cells keep what is there.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["programs"]
        assert isinstance(field, forms.MultipleChoiceField)
        programs = partner_created_programs()
        field.choices = [(program.identifier, f"{program.name} ({program.identifier})") for program in programs]
        field.error_messages["invalid_choice"] = "%(value)s is not a program that takes uploads. Choose from the list."
