"""What partners enter about links."""

from collections.abc import Mapping
from typing import Any

from django import forms

from onboarding.connect.choices import CONNECT_REGIONS, Variant
from onboarding.connect.languages import choices_in_english
from onboarding.connect.links import LinkSpec, is_available
from onboarding.connect.models import ConnectLink, RedirectHost
from onboarding.connect.queries import connect_programs, connected_utilities, link_region_choices
from portal.partners.models import Partner
from programs.queries import device_programs

_TEXTS = ("final_redirect", "display_name", "color", "welcome", "welcome_es", "support_contact")
_FROM_LIST = "Choose from the list."


def variants_in(region: str) -> list[tuple[str, str]]:
    """The variants of a link in a region: agreements alone, a utility's sign-in and devices each exist in some only."""
    return [(variant.value, str(variant.label)) for variant in Variant if is_available(variant, region)]


class RegionForm(forms.Form):
    """The first question about a new link: everything else depends on it."""

    region = forms.ChoiceField(
        choices=link_region_choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a region.", "invalid_choice": "Choose a region from the list."},
    )


class LinkForm(forms.Form):
    """A link in one region."""

    title = forms.SlugField(
        label="Name in the address",
        max_length=64,
        help_text="Lowercase letters, digits and hyphens, for example summer-2027. Customers see it in the address.",
        error_messages={"required": "Enter a name.", "invalid": "Use only letters, digits and hyphens."},
    )
    variant = forms.ChoiceField(
        label="Customers",
        initial=Variant.RESIDENTIAL,
        error_messages={"required": _FROM_LIST, "invalid_choice": _FROM_LIST},
    )
    programs = forms.MultipleChoiceField(
        label="Programs",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Optional. Leave empty for all programs in the region.",
        error_messages={"invalid_choice": f"%(value)s is not available in this region. {_FROM_LIST}"},
    )
    utilities = forms.MultipleChoiceField(
        label="Utilities",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Optional. Customers are asked to authorize each of these. Leave empty to choose by ZIP code.",
        error_messages={"invalid_choice": f"%(value)s is not available in this region. {_FROM_LIST}"},
    )
    final_redirect = forms.CharField(
        label="Final redirect URL",
        required=False,
        max_length=1000,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        help_text="Your page for customers who finish. Its host must be one of your allowed redirect hosts.",
    )
    display_name = forms.CharField(
        label="Name shown to customers", required=False, max_length=80, help_text="Optional. Default: your name here."
    )
    logo = forms.FileField(label="Logo", required=False, help_text="Optional. PNG or JPEG, up to 1 MB.")
    color = forms.CharField(
        label="Brand color",
        required=False,
        max_length=7,
        help_text="Optional. For example #1a4d2e. It needs a contrast of at least 3:1 with white.",
    )
    welcome = forms.CharField(
        label="Welcome text",
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Optional. Shown first, above what customers share and why.",
    )
    welcome_es = forms.CharField(
        label="Welcome text in Spanish",
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "es"}),
        help_text="Optional. If empty, Spanish-speaking customers see the text above.",
    )
    support_contact = forms.CharField(
        label="Support contact",
        required=False,
        max_length=200,
        help_text="Optional. An email address or phone number for your customers.",
    )

    def __init__(
        self, *args: Any, partner: Partner, region: str, link: ConnectLink | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.region, self.link = region, link
        programs, utilities = connect_programs(region), connected_utilities(region, partner)
        has_sign_in, with_devices = region in CONNECT_REGIONS, device_programs(region)
        variants = self.fields["variant"]
        assert isinstance(variants, forms.ChoiceField)
        variants.choices = variants_in(region)
        if with_devices and not has_sign_in:
            variants.initial = Variant.RESIDENTIAL_DEVICE
        names = [(one.identifier, one.name) for one in programs]
        mark = " (with a device)" if names else ""
        self._choose("programs", [*names, *((one.identifier, f"{one.name}{mark}") for one in with_devices)])
        self._choose("utilities", [(one.code, one.name) for one in utilities] if has_sign_in else [])
        if link:
            del self.fields["title"]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Offer these, or leave the field out where there is nothing to choose from."""
        if not choices:
            del self.fields[name]
            return
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices

    @property
    def spec(self) -> LinkSpec:
        """What was chosen; what is wrong in itself counts as left out."""
        data: Mapping[str, Any] = self.cleaned_data
        return LinkSpec(
            title=self.link.title if self.link else data.get("title", "").lower(),
            region=self.region,
            variant=data.get("variant", Variant.RESIDENTIAL),
            programs=data.get("programs", []),
            utilities=data.get("utilities", []),
            **{name: data.get(name, "").strip() for name in _TEXTS},
        )

    @property
    def logo_content(self) -> bytes | None:
        """The picture that was sent, cut after what a logo may have."""
        file = self.cleaned_data.get("logo")
        return file.read(1_000_001) if file else None


def initial_of(link: ConnectLink) -> dict[str, object]:
    """What the form shows of a link."""
    return {name: getattr(link, name) for name in ("variant", "programs", "utilities", *_TEXTS)}


class HostForm(forms.Form):
    """A host of the partner's pages."""

    host = forms.CharField(
        label="Host", max_length=253, error_messages={"required": "Enter a host, for example www.acme.example."}
    )


class EmailLinkForm(forms.Form):
    """Whom to send a link."""

    email = forms.EmailField(
        label="Customer’s email address",
        error_messages={"required": "Enter an email address.", "invalid": "Enter a full email address."},
    )
    language = forms.ChoiceField(
        label="Language",
        choices=choices_in_english,
        required=False,
        error_messages={"invalid_choice": _FROM_LIST},
        help_text="A Spanish email opens Spanish pages. An English one uses the browser’s language.",
    )
    reference = forms.CharField(
        label="Reference ID",
        max_length=256,
        required=False,
        help_text="Your ID for the customer or site. Without it, the customer won’t appear in Connections.",
    )


def hosts_of(partner: Partner) -> list[RedirectHost]:
    """The hosts that a partner allowed."""
    return list(RedirectHost.objects.filter(partner=partner))
