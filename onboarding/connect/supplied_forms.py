"""What partners say of a consent that they collected elsewhere."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings

from onboarding.connect.choices import ConsentDocument
from onboarding.connect.queries import utilities_in
from onboarding.connect.supplied import ConsentFacts
from portal.partners.models import Partner
from programs.models import Utility

_FROM_LIST = "Choose from the list."


def _day(label: str, *, missing: str = "", help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=bool(missing),
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": missing, "invalid": f"{label}: enter a date like 2027-02-14."},
    )


class SuppliedConsentForm(forms.Form):
    """A document and its facts, for a customer in a region."""

    kind = forms.ChoiceField(
        label="Document",
        choices=ConsentDocument.choices,
        initial=ConsentDocument.LOA,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a document.", "invalid_choice": _FROM_LIST},
    )
    title = forms.CharField(
        label="Name of the document", max_length=100, required=False, help_text="For another document."
    )
    file = forms.FileField(
        label="Signed document (PDF)",
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages={"required": "Choose a file.", "invalid": "Choose a file."},
    )
    utility = forms.ModelChoiceField(
        label="Utility",
        queryset=Utility.objects.none(),
        empty_label="Choose a utility",
        error_messages={"required": "Choose a utility.", "invalid_choice": _FROM_LIST},
    )
    account_number = forms.CharField(
        label="Account number", max_length=128, required=False, help_text="As shown on the document."
    )
    service_point_number = forms.CharField(
        label="Service point or meter number",
        max_length=128,
        required=False,
        help_text="A letter or other document must include at least one of the two.",
    )
    signer_name = forms.CharField(
        label="Signed by", max_length=128, error_messages={"required": "Enter who signed the document."}
    )
    signed_on = _day("Signed on", missing="Enter the date it was signed.")
    valid_until = _day("End date", help_text="Leave empty if the document has no end date.")
    customer_name = forms.CharField(
        label="Customer’s name", max_length=128, required=False, help_text="Optional, if someone else signed."
    )
    customer_email = forms.EmailField(
        label="Customer’s email address",
        required=False,
        help_text="Optional. Kept with the consent.",
        error_messages={"invalid": "Enter a full email address."},
    )

    def __init__(self, *args: Any, partner: Partner, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["utility"].queryset = utilities_in(region, partner)  # type: ignore[attr-defined]  # a ModelChoiceField
        most = settings.CONSENT_MAX_BYTES // (1024 * 1024)
        self.fields["file"].help_text = f"Up to {most} MB, without a password, scripts or attachments."

    @property
    def facts(self) -> ConsentFacts:
        """What was entered; the form is clean."""
        data = {name: value for name, value in self.cleaned_data.items() if name in ConsentFacts.__slots__}
        return ConsentFacts(**{**data, "kind": ConsentDocument(data["kind"])})

    @property
    def chunks(self) -> Iterable[bytes]:
        """What the file holds; the form is clean."""
        chunks: Iterable[bytes] = self.cleaned_data["file"].chunks()
        return chunks


class NewCustomerForm(SuppliedConsentForm):
    """The same for a customer who has opened no link."""

    reference = forms.CharField(
        label="Reference ID",
        max_length=256,
        help_text="Your ID for the customer or site.",
        error_messages={"required": "Enter a reference ID."},
    )
    field_order = ["reference"]
