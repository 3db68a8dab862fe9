"""Named reads of Connect that pages, exports and API share."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, When

from onboarding.connect.choices import (
    CONNECT_REGIONS,
    REGIONS_WITHOUT_UTILITY_SIGN_IN,
    ConsentState,
    DataState,
    SessionState,
    Variant,
)
from onboarding.connect.languages import ENGLISH
from onboarding.connect.models import (
    Authorization,
    Connection,
    ConnectionNote,
    ConnectLink,
    ConnectSession,
    Consent,
    CustomerEmail,
    ServicePoint,
    SuppliedConsent,
)
from onboarding.meters.models import Meter
from portal.partners.models import Partner
from programs.identifiers import account_key, reference_key
from programs.models import Program, Utility
from programs.queries import choice_labels, device_programs, not_over, region_choices, utilities_at, utilities_of_region

DEVICE_TYPE: Final = "device.device_type"
NOTES_AT_HAND: Final = 20  # of each connection
_NEWEST_NOTES: str = "newest_notes"


def links_of(partner: Partner) -> QuerySet[ConnectLink]:
    """A partner's links, the newest first."""
    return ConnectLink.objects.filter(partner=partner).select_related("partner").order_by("-pk")


def connect_programs(region: str) -> list[Program]:
    """The programs of a transmission region whose meters may come through Connect, by name."""
    programs = not_over().filter(is_customer_authorized=True).select_related("region").order_by("name")
    return [program for program in programs if program.transmission_region == region]


def programs_of_variant(region: str, variant: str) -> list[Program]:
    """The programs that links of a variant are for: those with devices, or those into which customers come."""
    return device_programs(region) if Variant(variant).is_device else connect_programs(region)


def link_region_choices() -> list[tuple[str, str]]:
    """The regions in which links can be made, for a select: with a utility's sign-in, or with a device."""
    return [(code, label) for code, label in region_choices() if code in CONNECT_REGIONS or device_programs(code)]


def device_types() -> dict[str, str]:
    """The types of device that a customer can choose, code to label, by label."""
    labels = choice_labels([DEVICE_TYPE], ENGLISH).get(DEVICE_TYPE, {})
    return dict(sorted(labels.items(), key=lambda pair: pair[1]))


def connected_utilities(region: str, partner: Partner) -> list[Utility]:
    """The utilities of a region at which a partner's customers can authorize now, by name; for a sandbox, those that
    are for tests alone."""
    utilities = Utility.objects.filter(
        Q(transmission_region=region) | Q(transmission_region=""), green_button__is_active=True
    )
    if partner.is_sandbox:
        utilities = utilities.filter(is_test=True)
    return list(utilities.select_related("green_button").order_by("name"))


def offered_utilities(session: ConnectSession) -> list[Utility]:
    """The utilities that a customer chooses from: those that were asked for, else those at the ZIP code.

    Where the ZIP code tells nothing, all of the region.
    """
    region = session.link.transmission_region
    connected = connected_utilities(region, session.link.partner)
    asked = session.utilities or session.link.utilities
    if asked:
        return [utility for utility in connected if utility.code in asked]
    zip_code = str(session.answers.get("postal_code", ""))
    here = {utility.pk for utility in utilities_at(zip_code, region)} if zip_code else set()
    return [utility for utility in connected if utility.pk in here] or connected


def connections_of(partner: Partner) -> QuerySet[Connection]:
    """A partner's connections with all that their line shows and their newest notes; a fixed number of queries."""
    return Connection.objects.filter(partner=partner).prefetch_related(
        Prefetch("authorizations", Authorization.objects.select_related("utility").order_by("pk")),
        Prefetch("sessions", ConnectSession.objects.select_related("link").order_by("pk")),
        Prefetch("sessions__signatures"),
        Prefetch("notes", ConnectionNote.objects.order_by("-at", "-pk")[:NOTES_AT_HAND], to_attr=_NEWEST_NOTES),
    )


# Of several sessions of a customer the newest that went beyond its first page tells how far the customer is: who opens
# the link once more and leaves has taken no step back.
TELLING_FIRST: Final = (
    Case(When(state__in=[SessionState.UPDATED, SessionState.COMPLETED], then=1), default=0).desc(),
    "-pk",
)


def telling_session(sessions: Iterable[ConnectSession]) -> ConnectSession | None:
    """The session that tells how far a customer is, as TELLING_FIRST orders them; None without any."""
    went_on = (SessionState.UPDATED, SessionState.COMPLETED)
    return max(sessions, key=lambda session: (session.state in went_on, session.pk), default=None)


def to_decide(connection: Connection) -> QuerySet[ServicePoint]:
    """The service points for which the partner has to say which meter they are."""
    return ServicePoint.objects.filter(
        authorization__connection=connection, partner=connection.partner_id, meter=None
    ).exclude(candidates=[])


def candidate_of(point: ServicePoint, pk: UUID | None) -> Meter | None:
    """The meter with this ID, if the service point may be that one."""
    if pk is None or str(pk) not in point.candidates:
        return None
    return Meter.objects.filter(partner=point.partner_id, pk=pk).first()


def meters_of_connection(connection: Connection) -> QuerySet[Meter]:
    """The meters that a customer's authorizations cover, those whose ESI ID the customer gave, and those that the
    customer's devices became, by ID."""
    points = ServicePoint.objects.filter(authorization__connection=connection, meter__isnull=False)
    finished = [session for session in connection.sessions.all() if session.state == SessionState.COMPLETED]
    esi_ids = {key for session in finished if (key := account_key(str(session.answers.get("esi_id") or "")))}
    of_texas = Q(account_key__in=esi_ids, transmission_region__in=REGIONS_WITHOUT_UTILITY_SIGN_IN)
    of_devices = Q(pk__in=[session.meter_id for session in connection.sessions.all() if session.meter_id])
    meters = Meter.objects.filter(
        Q(pk__in=points.values("meter")) | of_texas | of_devices, partner=connection.partner_id
    )
    return meters.order_by("pk")


def waiting_connections(partner: Partner) -> QuerySet[Connection]:
    """The connections in which something waits for the partner: a decision or an ESI ID; the longest waiting first."""
    return Connection.objects.filter(partner=partner, needs_partner=True).order_by("last_interaction_at", "pk")


def overdue_authorizations(partner: Partner) -> QuerySet[Authorization]:
    """The authorizations that run and whose utility has sent nothing in time; the longest overdue first."""
    rows = Authorization.objects.filter(partner=partner, data_state=DataState.OVERDUE, ended_at=None)
    return rows.filter(connection__isnull=False).select_related("connection", "utility").order_by("authorized_at", "pk")


def authorizations_of_meter(meter: Meter) -> list[Authorization]:
    """What customers authorized for a meter, the newest first."""
    points = ServicePoint.objects.filter(meter=meter, partner=meter.partner_id)
    rows = Authorization.objects.filter(pk__in=points.values("authorization"))
    return list(rows.select_related("connection", "utility").order_by("-pk"))


def connections_named(partner: Partner, text: str) -> QuerySet[Connection]:
    """The connections whose reference ID holds a text, or is it in its normal form."""
    return Connection.objects.filter(named(text), partner=partner).order_by("-last_interaction_at", "-pk")


def named(text: str) -> Q:
    """The condition on connections that their reference ID holds a text, or is it in its normal form."""
    return Q(reference__icontains=text.strip()) | Q(reference_key=reference_key(text))


def unsent_emails_of(connection: Connection) -> QuerySet[CustomerEmail]:
    """The emails that the customers of a sandbox would have got, the newest first; of a real partner none."""
    emails = CustomerEmail.objects.filter(session__connection=connection, session__partner__sandbox_of__isnull=False)
    return emails.order_by("-pk")


def consents_of(connection: Connection) -> QuerySet[Consent]:
    """The consent ledger of a customer, the oldest line first."""
    return Consent.objects.filter(owner=connection.partner_id, reference_key=connection.reference_key)


def utilities_in(region: str, partner: Partner) -> QuerySet[Utility]:
    """The utilities of a region, connected or not, by name; for a sandbox, those that are for tests alone."""
    rows = utilities_of_region(region)
    return (rows.filter(is_test=True) if partner.is_sandbox else rows).order_by("name")


def supplied_of(connection: Connection) -> QuerySet[SuppliedConsent]:
    """The consents that the partner supplied of a customer, the newest first."""
    return SuppliedConsent.objects.filter(connection=connection).select_related("utility").order_by("-pk")


def consents_to_replace(partner: Partner) -> QuerySet[SuppliedConsent]:
    """Consents that were rejected, without another one for the utility that is confirmed or was supplied after that and
    not withdrawn; the longest waiting first."""
    others = SuppliedConsent.objects.filter(connection=OuterRef("connection"), utility=OuterRef("utility"))
    later = Q(supplied_at__gte=OuterRef("decided_at"), pk__gt=OuterRef("pk"))
    replaced = Q(state=ConsentState.CONFIRMED) | (Q(state__in=[ConsentState.SUBMITTED, ConsentState.REJECTED]) & later)
    rows = SuppliedConsent.objects.filter(
        ~Exists(others.filter(replaced)), partner=partner, state=ConsentState.REJECTED
    )
    return rows.select_related("connection", "utility").order_by("decided_at", "pk")


def open_sessions() -> QuerySet[ConnectSession]:
    """Sessions between their first and their last step."""
    return ConnectSession.objects.filter(state__in=[SessionState.CREATED, SessionState.UPDATED])
