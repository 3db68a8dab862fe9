"""Every kind of row that can hold something of a customer: how it is found, and how it is erased or why it is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any, Final

from django.db.models import Model, Q, QuerySet

from onboarding.api.create_meters.models import OnboardingToken
from onboarding.bulk.models import BulkRow
from onboarding.connect.choices import EndReason, SessionState
from onboarding.connect.ending import end
from onboarding.connect.models import (
    Authorization,
    Connection,
    ConnectSession,
    Consent,
    CustomerEmail,
    Feed,
    InvitedCustomer,
    LinkEmail,
    OutageFollowUp,
    PairingCode,
    ServicePoint,
    Signature,
    StoppedAddress,
    SuppliedConsent,
)
from onboarding.connect.signals import answers_dropped
from onboarding.device_links.models import DevicePhoto
from onboarding.enrollment.domain import making_room, re_evaluate
from onboarding.enrollment.models import Activation, CheckRecord, ParticipationPeriod, Preference
from onboarding.intervals.models import IntervalSeries
from onboarding.intervals.store import interval_store
from onboarding.meter_form.models import MeterDraft
from onboarding.meters.columns import Asset, asset_of
from onboarding.meters.domain import MeterRemains, erase_meters
from onboarding.meters.models import Meter
from onboarding.participation.domain import change_participation
from onboarding.participation.rules import ParticipationRequest, today_in
from onboarding.participation.zones import zones_of
from onboarding.portfolio.exports.models import Export, ExportState
from onboarding.privacy import upload_rows
from onboarding.privacy.customer import Customer
from onboarding.privacy.mentions import having, holding, is_quoted_in
from onboarding.reminders.models import Reminder
from onboarding.uploads.models import ColumnMemory, UploadRow
from portal.events.actors import Actor
from portal.events.models import NOT_ONE_OF_MANY, Event
from portal.events.personal import blank_personal_parts
from portal.storage.bulk import update
from portal.storage.files import discard
from portal.web import clock
from portal.webhooks.models import WebhookDelivery
from programs.models import FieldType
from programs.schema import Nesting, Schema, schema_for

Rows = QuerySet[Any]
_EVIDENCE: Final = "Kept as evidence of what the customer allowed or ended"
_REASON: Final = "The customer’s data was erased."
_TELLING_NOTHING: Final = {
    FieldType.NUMBER,
    FieldType.INTEGER,
    FieldType.DATE,
    FieldType.BOOLEAN,
    FieldType.CHOICE,
    FieldType.CHOICES,
}


@dataclass(frozen=True, slots=True)
class Place:
    """One kind of row.

    what: in words, plural. where: which rows are a customer's. path: from a row to the partner. erase: removes what is
    personal in those rows, in the caller's transaction; doing it again changes nothing. told: what becomes of them.
    files: the columns with names of stored files. Without `erase` the rows are kept, and `told` says why.
    """

    what: str
    model: type[Model]
    where: Callable[[Customer], Q]
    erase: Callable[[Rows, Customer, Actor], object] | None
    told: str = "Deleted"
    path: str = "partner"
    files: tuple[str, ...] = ()

    def rows(self, customer: Customer) -> Rows:
        """The customer's rows of this kind."""
        mine = {self.path: customer.partner.pk}
        return self.model._default_manager.filter(self.where(customer), **mine).order_by("pk")


# --- how rows are found


def _of_meters(customer: Customer) -> Q:
    return Q(meter__in=customer.meters)


def _of_sessions(customer: Customer) -> Q:
    return Q(session__in=customer.sessions)


def _of_authorizations(customer: Customer) -> Q:
    return Q(authorization__in=customer.authorizations)


def _of_references(customer: Customer) -> Q:
    return Q(reference_key__in=customer.marks.references)


def _drafts(customer: Customer) -> Q:
    return _of_meters(customer) | Q(written_meter__in=customer.meters) | having(("cells",), customer.marks.words)


def _matches(customer: Customer) -> Q:
    return having(("constants", "values"), customer.marks.words)


def _tokens(customer: Customer) -> Q:
    return having(("default_values",), customer.marks.words)


def _workbooks(_: Customer) -> Q:
    """Any may have the customer's meters: what was exported is not kept but in the workbook."""
    return Q(state=ExportState.DONE)


def _consents(customer: Customer) -> Q:
    supplied = SuppliedConsent.objects.filter(connection__in=customer.connections).values("pk")
    return _of_authorizations(customer) | Q(supplied_consent__in=supplied) | _of_references(customer)


def _emails(column: str) -> Callable[[Customer], Q]:
    def where(customer: Customer) -> Q:
        theirs = Q(pk__in=[])
        for email in customer.marks.emails:
            theirs |= Q(**{f"{column}__iexact": email})
        return theirs

    return where


def _events(customer: Customer) -> Q:
    subjects = {
        "meter": customer.meters,
        "connection": customer.connections,
        "connectsession": customer.sessions,
        "authorization": customer.authorizations,
    }
    theirs = Q(pk__in=[])
    for subject_type, keys in subjects.items():
        theirs |= Q(subject_type=subject_type, subject_id__in=[str(key) for key in keys])
    words = customer.marks.words
    quoting = Event.objects.filter(NOT_ONE_OF_MANY & holding(("data",), words), partner=customer.partner)
    quoted = [pk for pk, data in quoting.values_list("pk", "data") if is_quoted_in(data, words)]
    return (theirs | Q(pk__in=quoted)) & Q(erased_at=None)


def _deliveries(customer: Customer) -> Q:
    return Q(subject__in=[str(key) for key in (*customer.meters, *customer.connections, *customer.sessions)])


# --- how they are erased


def _delete(rows: Rows, customer: Customer, by: Actor) -> None:
    rows.delete()


def _delete_with(*files: str) -> Callable[[Rows, Customer, Actor], None]:
    def erase(rows: Rows, customer: Customer, by: Actor) -> None:
        for name in chain.from_iterable(rows.values_list(*files)):
            if name:
                discard(name)  # before the row: what stops in between is done again
        rows.delete()

    return erase


def _blank(**values: object) -> Callable[[Rows, Customer, Actor], None]:
    def erase(rows: Rows, customer: Customer, by: Actor) -> None:
        rows.update(**values)

    return erase


def _end_authorizations(rows: Rows, customer: Customer, by: Actor) -> None:
    """End them as the customer would, so that utilities are told; then forget the addresses of the data."""
    for authorization in rows.filter(ended_at=None):
        end(authorization, EndReason.BY_CUSTOMER, by=by)
    rows.update(resource_url="", authorization_url="", customer_url="", code_verifier="")


def _close_sessions(rows: Rows, customer: Customer, by: Actor) -> None:
    keys = list(rows.values_list("pk", flat=True))
    answers_dropped.send(ConnectSession, sessions=keys)
    open_states = (SessionState.CREATED, SessionState.UPDATED)
    rows.filter(state__in=open_states).update(state=SessionState.CLOSED)
    sessions = ConnectSession.objects.filter(pk__in=keys)
    sessions.update(answers={}, parameters=[], address="", browser_hash="")


def _rename_connections(rows: Rows, customer: Customer, by: Actor) -> None:
    named = ((pk, f"erased-{pk}") for pk in list(rows.values_list("pk", flat=True)))
    update(Connection, ["reference", "reference_key", "needs_partner"], ((pk, name, name, False) for pk, name in named))


def _delete_exports(rows: Rows, customer: Customer, by: Actor) -> None:
    for name in rows.values_list("file", flat=True):
        discard(name)
    Export.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(state=ExportState.EXPIRED, file="")


def _forget_intervals(rows: Rows, customer: Customer, by: Actor) -> None:
    interval_store().forget(list(rows.values_list("pk", flat=True)))
    rows.delete()


def _leave_and_erase(rows: Rows, customer: Customer, by: Actor) -> None:
    """The meters leave their programs from tomorrow on, then lose what tells of anybody, and are archived."""
    meters, now = list(rows.select_for_update()), clock.now()
    zones = zones_of(meters)
    tomorrow = {meter.pk: today_in(zones[meter.pk], now) + timedelta(days=1) for meter in meters}
    leaving = {pk: ParticipationRequest(Preference.DISENROLL, day, reason=_REASON) for pk, day in tomorrow.items()}
    change_participation(leaving, partner=customer.partner, by=by, now=now)
    keys = [meter.pk for meter in meters]
    with making_room(keys, by=by):
        schema = schema_for()
        remains = [MeterRemains(meter, _impersonal(meter, schema)) for meter in meters]
        erase_meters(remains, partner=customer.partner, by=by)
    re_evaluate(keys, by=by)


def _impersonal(meter: Meter, schema: Schema) -> Asset:
    """What of an asset says nothing about anybody: numbers, days, yes or no, and choices of a list."""
    kept = {
        key: value
        for key, value in schema.flatten(asset_of(meter)).items()
        if schema.knows(key) and schema.column(key).type in _TELLING_NOTHING and not schema.column(key).personal
    }
    flat = kept | {"partner_reference": f"erased-{meter.pk}"}
    return Nesting(flat).nest(flat)


def _blank_events(rows: Rows, customer: Customer, by: Actor) -> None:
    blank_personal_parts(rows, by=by)


_EVENTS: Final = Place("Entries of the log", Event, _events, _blank_events, "Names, addresses and values blanked")
INTERVALS: Final = Place(
    "Series of interval data", IntervalSeries, _of_meters, _forget_intervals, "Deleted with all their values"
)
# In this order: what finds others goes last.
PLACES: Final = (
    _EVENTS,
    Place(
        "Authorizations",
        Authorization,
        lambda customer: Q(pk__in=customer.authorizations),
        _end_authorizations,
        "Ended, and the utility is told",
    ),
    Place(
        "Rows of uploads",
        UploadRow,
        upload_rows.about,
        upload_rows.erase_rows,
        "Deleted, and the original files that they were in",
        path="upload__partner",
    ),
    Place("Drafts", MeterDraft, _drafts, _delete),
    Place("Saved column matches", ColumnMemory, _matches, _delete),
    Place("Onboarding tokens", OnboardingToken, _tokens, _delete),
    Place(
        "Rows of changes of many meters",
        BulkRow,
        lambda customer: Q(meter_id__in=customer.meters),
        _blank(partner_reference="", new_reference="", details=None, problems=None),
        "References and values blanked",
        path="action__partner",
    ),
    Place("Emails to the customer", CustomerEmail, _of_sessions, _delete, path="session__partner"),
    Place("Emails with a link", LinkEmail, _emails("to"), _delete, path="link__partner"),
    Place("Invitations", InvitedCustomer, _of_references, _delete),
    Place("Requests to be told when a utility works", OutageFollowUp, _of_sessions, _delete, path="session__partner"),
    Place("Pairing codes", PairingCode, _of_references, _delete),
    Place("Reminders", Reminder, lambda customer: Q(connection__in=customer.connections), _delete),
    Place(
        "Utility data feeds",
        Feed,
        _of_authorizations,
        _delete_with("file"),
        path="authorization__partner",
        files=("file",),
    ),
    Place("Service points", ServicePoint, _of_authorizations, _delete),
    Place(
        "Photos of devices",
        DevicePhoto,
        _of_sessions,
        _delete_with("file"),
        path="session__partner",
        files=("file",),
    ),
    Place(
        "Walks through a Connect link",
        ConnectSession,
        lambda customer: Q(pk__in=customer.sessions),
        _close_sessions,
        "Answers and network addresses blanked",
    ),
    Place("Results of checks", CheckRecord, _of_meters, _blank(note=""), "Notes blanked"),
    Place("Times without participation", ParticipationPeriod, _of_meters, _blank(reason=""), "Reasons blanked"),
    Place("Activations", Activation, _of_meters, _blank(end_reason=""), "Reasons blanked"),
    Place(
        "Workbooks of meters",
        Export,
        _workbooks,
        _delete_exports,
        "Deleted, since they may have the customer’s meters",
    ),
    Place("Webhook deliveries", WebhookDelivery, _deliveries, _delete, path="endpoint__partner"),
    Place(
        "Meters",
        Meter,
        lambda customer: Q(pk__in=customer.meters),
        _leave_and_erase,
        "Leave their programs, lose everything personal and are archived. IDs and results stay",
    ),
    Place(
        "Connections",
        Connection,
        lambda customer: Q(pk__in=customer.connections),
        _rename_connections,
        "Reference IDs replaced",
    ),
    _EVENTS,  # those that the erasure itself has added
)
KEPT: Final = (
    Place("Lines of the consent ledger", Consent, _consents, None, _EVIDENCE, path="owner"),
    Place("Signed documents", Signature, _of_sessions, None, _EVIDENCE, files=("file",)),
    Place(
        "Consents that you supplied",
        SuppliedConsent,
        lambda customer: Q(connection__in=customer.connections),
        None,
        _EVIDENCE,
        files=("file",),
    ),
    Place(
        "Addresses without reminders",
        StoppedAddress,
        _emails("email"),
        None,
        "Kept so that nothing is sent there again",
    ),
)
