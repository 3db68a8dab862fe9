"""The forms about files of interval data: send one, filter them, and what to do with the good rows of a bad one."""

from django import forms

from onboarding.intervals.models import DataType, IntervalUploadState
from onboarding.intervals.receive import ENDINGS


class IntervalUploadForm(forms.Form):
    """A file, and what its values are."""

    data_type = forms.ChoiceField(
        label="Type of data",
        choices=[
            (DataType.LOAD, "Load: energy consumed and generated"),
            (DataType.RUNTIME, "Runtime: how long a device ran"),
            (DataType.PERFORMANCE, "Performance: what a device contributed"),
        ],
        initial=DataType.LOAD,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a type of data.", "invalid_choice": "Choose a type from the list."},
    )
    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        max_length=None,
        error_messages={"required": "Select a file.", "invalid": "Select a file."},
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(ENDINGS)}),
    )


class IntervalUploadFilter(forms.Form):
    """Which uploads to list."""

    state = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[("", "Any"), *IntervalUploadState.choices],
        widget=forms.Select(attrs={"class": "form-select w-auto"}),
        error_messages={"invalid_choice": "Status has no choice “%(value)s”. Choose one from the list."},
    )


class IntervalSettingsForm(forms.Form):
    """What happens to the good rows of a file with errors."""

    keeps_good_rows = forms.ChoiceField(
        label="When a file has errors",
        choices=[
            ("no", "Store nothing. One error fails the whole file."),
            ("yes", "Store the good rows and leave out rows with errors."),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one.", "invalid_choice": "Choose one of the two options."},
    )
