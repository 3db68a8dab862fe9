"""The words of Connect: variants, states, steps and reasons, each with its label, tone and meaning."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

AUTHORIZATION_DAYS: Final = 3  # after which missing data is told to the partner
SESSION_HOURS: Final = 24


class Variant(models.TextChoices):
    """Who goes through a link, and for what (leap.md 3.1). The two for devices are ours: no utility is asked, and the
    customer or an installer describes the device."""

    RESIDENTIAL = "RESIDENTIAL", "Residential"
    COMMERCIAL = "COMMERCIAL", "Commercial"
    RESIDENTIAL_AGREEMENTS_ONLY = "RESIDENTIAL_AGREEMENTS_ONLY", "Residential, agreements only"
    COMMERCIAL_AGREEMENTS_ONLY = "COMMERCIAL_AGREEMENTS_ONLY", "Commercial, agreements only"
    RESIDENTIAL_DEVICE = "RESIDENTIAL_DEVICE", "Residential, with a device"
    COMMERCIAL_DEVICE = "COMMERCIAL_DEVICE", "Commercial, with a device"

    @property
    def classification(self) -> str:
        return self.value.partition("_")[0]

    @property
    def is_agreements_only(self) -> bool:
        return self.value.endswith("_AGREEMENTS_ONLY")

    @property
    def is_device(self) -> bool:
        """Whether customers come with a device, for the programs whose meters partners create."""
        return self.value.endswith("_DEVICE")


AGREEMENTS_ONLY_REGIONS: Final = frozenset({"PJM"})  # leap.md 3.1
CONNECT_REGIONS: Final = ("CAISO", "NYISO", "PJM", "ERCOT", "WECC_PC", "WECC_SW")  # leap.md 3.1
# There the grid operator has the data already, so no utility is asked (program-tables.md, footnote on TX ERS).
REGIONS_WITHOUT_UTILITY_SIGN_IN: Final = frozenset({"ERCOT"})


class LinkState(models.TextChoices):
    """Whether a link takes customers."""

    ACTIVE = "ACTIVE", "Active"
    PAUSED = "PAUSED", "Paused"
    ENDED = "ENDED", "Ended"

    @property
    def tone(self) -> str:
        return {"ACTIVE": "success", "PAUSED": "warning"}.get(self.value, "neutral")


class SessionState(models.TextChoices):
    """How far a customer's session is (leap.md 3.3)."""

    CREATED = "CREATED", "Opened"
    UPDATED = "UPDATED", "In progress"
    CLOSED = "CLOSED", "Left"
    COMPLETED = "COMPLETED", "Completed"

    @property
    def tone(self) -> str:
        return {"COMPLETED": "success", "CLOSED": "warning", "UPDATED": "info"}.get(self.value, "neutral")

    @property
    def meaning(self) -> str:
        return {
            "CREATED": "The customer opened the link.",
            "UPDATED": "The customer has started but not finished.",
            "CLOSED": "The customer left, or was inactive for 24 hours.",
            "COMPLETED": "The customer reached the last step.",
        }[self.value]


class Step(models.TextChoices):
    """The steps of the journey, in their order."""

    WELCOME = "welcome", "Welcome"
    ABOUT = "about", "Your details"
    DEVICE = "device", "Your device"
    FIT = "fit", "Programs"
    AGREEMENTS = "agreements", "Agreements"
    UTILITY = "utility", "Your utility"
    DONE = "done", "Done"


class AuthorizationState(models.TextChoices):
    """How a customer's authorization at one utility went (leap.md 3.3)."""

    INITIATED = "INITIATED", "Started"
    COMPLETED = "COMPLETED", "Authorized"
    FAILED = "FAILED", "Not authorized"

    @property
    def tone(self) -> str:
        return {"COMPLETED": "success", "FAILED": "warning"}.get(self.value, "info")


class FailureReason(models.TextChoices):
    """Why an authorization failed."""

    DECLINED = "DECLINED", "The customer declined"
    BAD_CREDENTIALS = "BAD_CREDENTIALS", "Sign-in at the utility failed"
    MFA_FAILED = "MFA_FAILED", "Two-factor sign-in at the utility failed"
    UTILITY_UNAVAILABLE = "UTILITY_UNAVAILABLE", "The utility was not available"
    UTILITY_ERROR = "UTILITY_ERROR", "The utility reported an error"
    NOT_CONFIRMED = "NOT_CONFIRMED", "The utility didn’t confirm the authorization"
    WRONG_ISSUER = "WRONG_ISSUER", "The response came from an unexpected sender"
    ABANDONED = "ABANDONED", "The customer didn’t come back from the utility"


class EndReason(models.TextChoices):
    """Why an authorization that was given has ended."""

    BY_CUSTOMER = "BY_CUSTOMER", "Revoked by the customer"
    AT_UTILITY = "AT_UTILITY", "Revoked at the utility"
    EXPIRED = "EXPIRED", "Expired"
    ACCESS_REFUSED = "ACCESS_REFUSED", "The utility no longer accepts our access"


class DataState(models.TextChoices):
    """How far a utility's data is."""

    NONE = "NONE", "Not authorized yet"
    WAITING = "WAITING", "Waiting for data"
    RECEIVED = "RECEIVED", "Data received"
    OVERDUE = "OVERDUE", "Data overdue"
    ENDED = "ENDED", "Ended"

    @property
    def tone(self) -> str:
        return {"RECEIVED": "success", "OVERDUE": "warning", "WAITING": "info"}.get(self.value, "neutral")


class SignedAs(models.TextChoices):
    """In which role a document was signed."""

    CUSTOMER = "CUSTOMER", _("For myself")
    COMPANY = "COMPANY", _("For a company")


class StopReason(models.TextChoices):
    """Why nothing more is written to an address for a partner."""

    OPTED_OUT = "OPTED_OUT", "Opted out"
    UNREACHABLE = "UNREACHABLE", "Unreachable"

    @property
    def meaning(self) -> str:
        return {
            "OPTED_OUT": "The customer doesn’t want reminders from you.",
            "UNREACHABLE": "Email to this address bounced, or you marked it as unreachable.",
        }[self.value]


class NoteKind(models.TextChoices):
    """What can happen to a connection. The text is filled with the note's facts."""

    OPENED = "OPENED", "The customer opened the link."
    DETAILS_GIVEN = "DETAILS_GIVEN", "The customer entered the required information."
    SIGNED = "SIGNED", "The customer signed: {documents}."
    AGREEMENT_DECLINED = "AGREEMENT_DECLINED", "The customer didn’t accept the agreements."
    UTILITY_STARTED = "UTILITY_STARTED", "The customer went to {utility} to sign in."
    AUTHORIZED = "AUTHORIZED", "The customer authorized {utility}. Data usually arrives within 1 to 2 days."
    NOT_AUTHORIZED = "NOT_AUTHORIZED", "Authorization at {utility} failed: {reason}."
    LEFT = "LEFT", "No activity for 24 hours. The session ended at the step “{step}”."
    FINISHED = "FINISHED", "The customer reached the last step."
    DATA_ARRIVED = "DATA_ARRIVED", "{utility} sent data for {points}."
    METER_CREATED = "METER_CREATED", "A meter was created: {meter}."
    METER_JOINED = "METER_JOINED", "The authorization was added to a meter you already have: {meter}."
    TO_DECIDE = "TO_DECIDE", "{utility} sent a service point that may be one of your meters. Choose the right meter."
    DECIDED = "DECIDED", "{who} decided: {decision}."
    NOT_A_METER = "NOT_A_METER", "{utility} sent {kind} data, which no program uses. We stored it but didn’t use it."
    NO_INTERVALS = "NO_INTERVALS", "{utility} has no interval data for {point}. It may not have a smart meter."
    DATA_OVERDUE = "DATA_OVERDUE", "{utility} hasn’t sent data in 3 days. We check again once a day."
    FEED_UNREADABLE = "FEED_UNREADABLE", "We couldn’t read {utility}’s data: {reason} We’ll try again."
    UTILITY_SILENT = "UTILITY_SILENT", "{utility} didn’t answer. We’ll try again."
    FETCH_FAILED = "FETCH_FAILED", "We couldn’t process {utility}’s data. We’re looking into it and will try again."
    ENDED = "ENDED", "The authorization at {utility} ended: {reason}."
    ESI_ID_MISSING = "ESI_ID_MISSING", "The customer didn’t have their ESI ID. Enter it here to create the meter."
    ESI_ID_TAKEN = (
        "ESI_ID_TAKEN",
        "Your meter {meter} has the customer’s ESI ID but a different address. "
        "If it’s the same meter, enter the ESI ID again. If not, enter the right one.",
    )
    ESI_ID_GIVEN = "ESI_ID_GIVEN", "{who} entered the ESI ID."
    ASKED_AGAIN = "ASKED_AGAIN", "{utility} is working again after an outage. We emailed the customer to try again."
    DEVICE_GIVEN = "DEVICE_GIVEN", "The customer described the device: {device}."
    DEVICE_FITS_NOTHING = (
        "DEVICE_FITS_NOTHING",
        "No program accepts the device, so no meter was created: {reasons} Decide what to do with it.",
    )
    DEVICE_REFERENCE_TAKEN = (
        "DEVICE_REFERENCE_TAKEN",
        "Your meter {meter} has this reference but other values. Decide whether to use the customer’s values.",
    )
    DEVICE_NOT_CREATED = (
        "DEVICE_NOT_CREATED",
        "We couldn’t create the meter: {reasons} Decide what to do with the device.",
    )
    DEVICE_SERIAL_TAKEN = (
        "DEVICE_SERIAL_TAKEN",
        "Another of your meters has the same serial number: {meter}. Decide whether it’s the same device.",
    )
    DEVICE_IN_FORM = "DEVICE_IN_FORM", "{who} started a draft of the meter in the form."
    DEVICE_JOINED = "DEVICE_JOINED", "The device is a meter you already have: {meter}."
    DEVICE_SERIAL_TWICE = "DEVICE_SERIAL_TWICE", "{where} has the same serial number. Check which one is right."
    DEVICE_DECIDED = "DEVICE_DECIDED", "{who} decided: {decision}."
    CONSENT_SUPPLIED = "CONSENT_SUPPLIED", "{who} supplied the customer’s consent for {utility}: {document}."
    CONSENT_CONFIRMED = "CONSENT_CONFIRMED", "Leap confirmed the consent for {utility}: {document}."
    CONSENT_REJECTED = "CONSENT_REJECTED", "Leap rejected the consent for {utility}: {reason}"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN", "{who} withdrew the consent for {utility}: {document}."

    @property
    def tone(self) -> str:
        return _TONES.get(self.value, "info")


_TONES: Final = {
    "AUTHORIZED": "success",
    "METER_CREATED": "success",
    "METER_JOINED": "success",
    "NOT_AUTHORIZED": "warning",
    "AGREEMENT_DECLINED": "warning",
    "TO_DECIDE": "warning",
    "DATA_OVERDUE": "warning",
    "FEED_UNREADABLE": "warning",
    "FETCH_FAILED": "warning",
    "ESI_ID_MISSING": "warning",
    "ESI_ID_TAKEN": "warning",
    "NO_INTERVALS": "warning",
    "DEVICE_JOINED": "success",
    "DEVICE_FITS_NOTHING": "warning",
    "DEVICE_REFERENCE_TAKEN": "warning",
    "DEVICE_NOT_CREATED": "warning",
    "DEVICE_SERIAL_TAKEN": "warning",
    "DEVICE_SERIAL_TWICE": "warning",
    "ENDED": "warning",
    "CONSENT_CONFIRMED": "success",
    "CONSENT_REJECTED": "warning",
    "CONSENT_WITHDRAWN": "warning",
}


class Reached(models.IntegerChoices):
    """The furthest that a customer has come, in any session: from the open link to the meter.

    A link may lack some of these steps: in Texas no utility is asked, and where only agreements are signed nothing
    follows them.
    """

    OPENED = 1, "Opened the link"
    INFORMATION = 2, "Entered their details"
    SIGNED = 3, "Signed"
    UTILITY = 4, "Went to the utility"
    AUTHORIZED = 5, "Authorized"
    DATA = 6, "Data received"
    METER = 7, "Meter created or matched"

    @property
    def bit(self) -> int:
        """Of a step in `Connection.passed`."""
        return 1 << (self.value - 1)


class DropOffReason(models.TextChoices):
    """Why a customer is no further. Reasons at the utility are those of FailureReason."""

    COMPLETE = "COMPLETE", "No further steps"
    LEFT = "LEFT", "Left and didn’t come back within 24 hours"
    AGREEMENTS_DECLINED = "AGREEMENTS_DECLINED", "Didn’t accept the agreements"
    ESI_ID_MISSING = "ESI_ID_MISSING", "Didn’t have the ESI ID (enter it for them)"
    ESI_ID_TAKEN = "ESI_ID_TAKEN", "Your meter with this ESI ID has another address (decision needed)"
    DEVICE_FITS_NOTHING = "DEVICE_FITS_NOTHING", "No program accepts the device (decision needed)"
    DEVICE_REFERENCE_TAKEN = (
        "DEVICE_REFERENCE_TAKEN",
        "Your meter with this reference has other values (decision needed)",
    )
    DEVICE_NOT_CREATED = "DEVICE_NOT_CREATED", "We couldn’t create the device’s meter (decision needed)"
    DEVICE_SERIAL_TAKEN = (
        "DEVICE_SERIAL_TAKEN",
        "Your meter with this serial number may be the device (decision needed)",
    )
    DECLINED = "DECLINED", "Declined at the utility"
    BAD_CREDENTIALS = "BAD_CREDENTIALS", "Sign-in at the utility failed"
    MFA_FAILED = "MFA_FAILED", "Two-factor sign-in at the utility failed"
    UTILITY_UNAVAILABLE = "UTILITY_UNAVAILABLE", "The utility was not available"
    UTILITY_ERROR = "UTILITY_ERROR", "The utility reported an error"
    NOT_CONFIRMED = "NOT_CONFIRMED", "The utility didn’t confirm the authorization"
    WRONG_ISSUER = "WRONG_ISSUER", "The response came from an unexpected sender"
    ABANDONED = "ABANDONED", "Didn’t come back from the utility"
    DATA_OVERDUE = "DATA_OVERDUE", "The utility has sent no data in 3 days"
    FEED_UNREADABLE = "FEED_UNREADABLE", "We couldn’t read the utility’s data"
    FETCH_FAILED = "FETCH_FAILED", "We couldn’t process the utility’s data"
    ENDED = "ENDED", "The authorization ended before a meter was created"
    TO_DECIDE = "TO_DECIDE", "May be one of your meters (decision needed)"
    NOT_A_METER = "NOT_A_METER", "The utility has no electricity account for this customer"


class ConsentDocument(models.TextChoices):
    """What kind of document a partner supplies as a customer's consent."""

    LOA = "LOA", _("Letter of authorization (LOA)")
    CISR_DRP = "CISR_DRP", _("CISR-DRP form")
    OTHER = "OTHER", _("Other document")

    @property
    def meaning(self) -> str:
        return {
            "LOA": "A letter in which the customer lets the utility share data with you and Leap.",
            "CISR_DRP": "Customer Information Service Request for Demand Response Providers, the form that California "
            "utilities use.",
            "OTHER": "Another signed document that the utility accepts.",
        }[self.value]


class ConsentState(models.TextChoices):
    """How far a supplied consent is."""

    SUBMITTED = "SUBMITTED", "Under review"
    CONFIRMED = "CONFIRMED", "Confirmed"
    REJECTED = "REJECTED", "Rejected"
    WITHDRAWN = "WITHDRAWN", "Withdrawn"

    @property
    def tone(self) -> str:
        return {"CONFIRMED": "success", "REJECTED": "warning", "SUBMITTED": "info"}.get(self.value, "neutral")

    @property
    def meaning(self) -> str:
        return {
            "SUBMITTED": "Leap is reviewing the document.",
            "CONFIRMED": "Leap confirmed it. Data arrives once the utility accepts it.",
            "REJECTED": "Leap did not accept it. Supply a corrected document.",
            "WITHDRAWN": "You withdrew it. It no longer applies.",
        }[self.value]
