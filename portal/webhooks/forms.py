"""The forms of webhooks: what an endpoint is, which test event, and what is delivered again."""

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from portal.events.published import event_types
from portal.problems import Problem, Refused
from portal.webhooks.models import WebhookEndpoint
from portal.webhooks.queries import hidden_headers_of


def _type_choices() -> list[tuple[str, str]]:
    return [(kind.name, kind.name) for kind in event_types()]


class _PlainForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False  # the templates bring the form with its action, button and double-click guard
        self.helper.disable_csrf = True

    def refuse(self, refusal: Refused) -> None:
        """Show the problems at their fields, those of a header at the headers."""
        for problem in refusal.problems:
            field = problem.field.partition(".")[0]
            self.add_error(field if field in self.fields else None, f"{problem.text} {problem.remedy}")


class EndpointForm(_PlainForm):
    """Where events go, which of them, and with which headers: one in each line."""

    receiver_url = forms.CharField(
        label="Receiver URL",
        required=False,
        help_text="Where we send events: https, on port 443, 8443 or 8843.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
    )
    event_types = forms.MultipleChoiceField(
        label="Events",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "%(value)s is not an event type. Choose from the list."},
    )
    headers = forms.CharField(
        label="Headers (optional)",
        required=False,
        strip=False,
        help_text="Sent with each event, for example your own API key. One per line, such as x-api-key: value. "
        "Values are stored encrypted and shown as ********; leave that as it is to keep a value.",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["event_types"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = _type_choices()

    def clean_receiver_url(self) -> str:
        return str(self.cleaned_data["receiver_url"]).strip()

    def clean_headers(self) -> list[dict[str, str]]:
        lines = [line.strip() for line in str(self.cleaned_data["headers"]).splitlines()]
        unread = [line for line in lines if line and ":" not in line]
        if unread:
            raise forms.ValidationError("Enter each header as name: value, on its own line.")
        split = [line.partition(":") for line in lines if line]
        return [{"name": name.strip(), "value": value.strip()} for name, _, value in split]


def initial_of(endpoint: WebhookEndpoint) -> dict[str, object]:
    """What the form shows of an endpoint: values of headers hidden."""
    lines = [f"{header['name']}: {header['value']}" for header in hidden_headers_of(endpoint)]
    return {
        "receiver_url": endpoint.receiver_url,
        "event_types": endpoint.event_types,
        "headers": "\n".join(lines),
    }


class TestForm(_PlainForm):
    """Which event is sent as a test."""

    type = forms.ChoiceField(label="Event", error_messages={"required": "Choose an event."})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["type"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = _type_choices()


class SinceForm(_PlainForm):
    """From when on events are delivered again, in the partner's time zone."""

    since = forms.DateTimeField(
        label="Since",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        error_messages={
            "required": "Enter a date and time.",
            "invalid": "Enter the date and time like 2026-05-31 14:30.",
        },
    )
    until = forms.DateTimeField(
        label="Until (optional)",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        error_messages={"invalid": "Enter the date and time like 2026-05-31 14:30."},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until <= since:
            self.add_error("until", "Enter a time after the start.")
        return cleaned


def texts_of(problems: Iterable[Problem]) -> str:
    return " ".join(f"{problem.text} {problem.remedy}" for problem in problems)


def meanings() -> Mapping[str, str]:
    """What each event type tells."""
    return {kind.name: kind.meaning for kind in event_types()}
