"""Named reads of Connect that pages, exports and API share."""

from django.db.models import Prefetch, Q, QuerySet

from onboarding.connect.choices import SessionState
from onboarding.connect.models import (
    Authorization,
    Connection,
    ConnectionNote,
    ConnectLink,
    ConnectSession,
    Consent,
    ServicePoint,
)
from portal.partners.models import Partner
from programs.models import Program, Utility
from programs.queries import not_over, utilities_at


def links_of(partner: Partner) -> QuerySet[ConnectLink]:
    """A partner's links, the newest first."""
    return ConnectLink.objects.filter(partner=partner).select_related("partner").order_by("-pk")


def connect_programs(region: str) -> list[Program]:
    """The programs of a transmission region whose meters may come through Connect, by name."""
    programs = not_over().filter(is_customer_authorized=True).select_related("region").order_by("name")
    return [program for program in programs if program.transmission_region == region]


def connected_utilities(region: str) -> list[Utility]:
    """The utilities of a region at which customers can authorize now, by name."""
    utilities = Utility.objects.filter(
        Q(transmission_region=region) | Q(transmission_region=""), green_button__is_active=True
    )
    return list(utilities.select_related("green_button").order_by("name"))


def offered_utilities(session: ConnectSession) -> list[Utility]:
    """The utilities that a customer chooses from: those that were asked for, else those at the ZIP code.

    Where the ZIP code tells nothing, all of the region.
    """
    region = session.link.transmission_region
    connected = connected_utilities(region)
    asked = session.utilities or session.link.utilities
    if asked:
        return [utility for utility in connected if utility.code in asked]
    zip_code = str(session.answers.get("postal_code", ""))
    here = {utility.pk for utility in utilities_at(zip_code, region)} if zip_code else set()
    return [utility for utility in connected if utility.pk in here] or connected


def connections_of(partner: Partner) -> QuerySet[Connection]:
    """A partner's connections with all that their line shows; a fixed number of queries."""
    return Connection.objects.filter(partner=partner).prefetch_related(
        Prefetch("authorizations", Authorization.objects.select_related("utility").order_by("pk")),
        Prefetch("sessions", ConnectSession.objects.select_related("link").order_by("pk")),
        Prefetch("sessions__signatures"),
        Prefetch("notes", ConnectionNote.objects.order_by("-at", "-pk")),
    )


def to_decide(connection: Connection) -> QuerySet[ServicePoint]:
    """The service points for which the partner has to say which meter they are."""
    return ServicePoint.objects.filter(
        authorization__connection=connection, partner=connection.partner_id, meter=None
    ).exclude(candidates=[])


def consents_of(connection: Connection) -> QuerySet[Consent]:
    """The consent ledger of a customer, the oldest line first."""
    return Consent.objects.filter(owner=connection.partner_id, reference_key=connection.reference_key)


def open_sessions() -> QuerySet[ConnectSession]:
    """Sessions between their first and their last step."""
    return ConnectSession.objects.filter(state__in=[SessionState.CREATED, SessionState.UPDATED])
