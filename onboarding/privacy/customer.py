"""One customer of a partner: which meters and connections are the customer's, and by what else it is recognized."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from onboarding.connect.models import Authorization, Connection, ConnectSession, InvitedCustomer, ServicePoint
from onboarding.meters.columns import asset_of
from onboarding.meters.models import Meter
from onboarding.meters.search.queries import SHORTEST, search
from portal.partners.models import Partner
from programs.identifiers import reference_key
from programs.schema import schema_for

MOST_METERS: Final = 200
MOST_CONNECTIONS: Final = 50
_SHORTEST_WORDS: Final = 5  # characters of a text that is looked for in sentences
_EMAIL: Final = "data__customer__end_customer_email"
_ROUNDS: Final = 2  # from a meter to its connection, from there to the connection's other meters


@dataclass(frozen=True, slots=True)
class Marks:
    """What the customer has and nobody else of the partner.

    references, serials, accounts: in their normal forms (programs.identifiers). emails: in lowercase. words: texts as
    they were typed, which messages about the customer may quote.
    """

    references: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def as_json(self) -> dict[str, list[str]]:
        return {name: list(values) for name, values in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Iterable[str]]) -> "Marks":
        return cls(**{name: tuple(values) for name, values in data.items()})


@dataclass(frozen=True)
class Customer:
    """One customer as a request names it. marks: as they were when the request was made."""

    partner: Partner
    meters: tuple[UUID, ...]
    connections: tuple[UUID, ...]
    marks: Marks

    @cached_property
    def sessions(self) -> list[UUID]:
        """The customer's walks through links, those without a reference ID among them."""
        theirs = Q(connection__in=self.connections) | Q(meter__in=self.meters)
        for email in self.marks.emails:
            theirs |= Q(connection=None, answers__email__iexact=email)
        return list(ConnectSession.objects.filter(theirs, partner=self.partner).values_list("pk", flat=True))

    @cached_property
    def authorizations(self) -> list[UUID]:
        """What the customer authorized."""
        rows = Authorization.objects.filter(partner=self.partner, session__in=self.sessions)
        return list(rows.values_list("pk", flat=True))


# --- who it is


def matching(partner: Partner, text: str) -> tuple[list[Meter], list[Connection]]:
    """Meters and connections that a text may mean: a reference, a name, an address, an email, an account; the first of
    them. Nothing for fewer than three characters."""
    if len(text) < SHORTEST:
        return [], []
    meters = Meter.objects.filter(search(partner, text), partner=partner).order_by("-pk")
    answers = Q(sessions__answers__email__iexact=text) | Q(sessions__answers__customer_name__icontains=text)
    invited = InvitedCustomer.objects.filter(partner=partner, email__iexact=text).values("reference_key")
    named = Q(reference_key=reference_key(text)) | Q(reference_key__in=invited) | answers
    connections = Connection.objects.filter(named, partner=partner).order_by("-pk").distinct()
    return list(meters[:MOST_CONNECTIONS]), list(connections[:MOST_CONNECTIONS])


def belonging(
    partner: Partner, meters: Collection[UUID], connections: Collection[UUID]
) -> tuple[QuerySet[Meter], QuerySet[Connection]]:
    """These meters and connections of a partner, and those that most likely are the same customer's: with the same
    email or account, or joined to the same authorizations."""
    owned = set(Meter.objects.filter(partner=partner, pk__in=meters).values_list("pk", flat=True))
    linked = set(Connection.objects.filter(partner=partner, pk__in=connections).values_list("pk", flat=True))
    for _ in range(_ROUNDS):
        linked |= _connections_beside(partner, owned)
        owned |= _meters_beside(partner, owned, linked)
    own_meters = Meter.objects.filter(partner=partner, pk__in=owned).order_by("pk")
    return own_meters, Connection.objects.filter(partner=partner, pk__in=linked).order_by("pk")


def _connections_beside(partner: Partner, meters: Collection[UUID]) -> set[UUID]:
    points = ServicePoint.objects.filter(partner=partner, meter__in=meters)
    sessions = ConnectSession.objects.filter(partner=partner, meter__in=meters)
    references = Meter.objects.filter(pk__in=meters).values_list("connection_references", flat=True)
    keys = {reference_key(reference) for held in references for reference in held}
    named = Connection.objects.filter(partner=partner, reference_key__in=keys).values_list("pk", flat=True)
    joined = points.values_list("authorization__connection", flat=True)
    typed = Q(pk__in=[])
    for email in _emails_of(Meter.objects.filter(pk__in=meters).values_list(_EMAIL, flat=True)):
        typed |= Q(answers__email__iexact=email)
    sessions |= ConnectSession.objects.filter(typed, partner=partner)
    return {pk for pk in (*named, *joined, *sessions.values_list("connection", flat=True)) if pk}


def _emails_of(values: Iterable[str | None]) -> set[str]:
    return {value.lower() for value in values if value}


def _meters_beside(partner: Partner, meters: Collection[UUID], connections: Collection[UUID]) -> set[UUID]:
    held = Meter.objects.filter(pk__in=meters)
    accounts = set(held.exclude(account_key="").values_list("account_key", flat=True))
    sessions = ConnectSession.objects.filter(partner=partner, connection__in=connections)
    typed = (*held.values_list(_EMAIL, flat=True), *sessions.values_list("answers__email", flat=True))
    points = ServicePoint.objects.filter(partner=partner, authorization__connection__in=connections)
    joined = (*points.values_list("meter", flat=True), *sessions.values_list("meter", flat=True))
    alike = Meter.objects.filter(partner=partner, account_key__in=accounts).values_list("pk", flat=True)
    return {pk for pk in joined if pk} | set(alike) | _with_emails(partner, _emails_of(typed))


def _with_emails(partner: Partner, emails: Iterable[str]) -> set[UUID]:
    """Meters of customers with one of these addresses, by the search's index."""
    keys: set[UUID] = set()
    for email in emails:
        rows = Meter.objects.filter(search(partner, email), partner=partner, **{f"{_EMAIL}__iexact": email})
        keys.update(rows.values_list("pk", flat=True)[: MOST_METERS + 1])
    return keys


# --- by what else it is recognized


def customer_of(partner: Partner, meters: Collection[UUID], connections: Collection[UUID]) -> Customer:
    """The customer who has these meters and connections of a partner."""
    own = list(Meter.objects.filter(partner=partner, pk__in=meters).order_by("pk"))
    linked = list(Connection.objects.filter(partner=partner, pk__in=connections).order_by("pk"))
    unmarked = Customer(partner, tuple(meter.pk for meter in own), tuple(one.pk for one in linked), Marks())
    return Customer(partner, unmarked.meters, unmarked.connections, _marks_of(partner, own, linked, unmarked.sessions))


def _marks_of(
    partner: Partner, meters: Collection[Meter], connections: Collection[Connection], sessions: Collection[UUID]
) -> Marks:
    others = Meter.objects.filter(partner=partner).exclude(pk__in=[meter.pk for meter in meters])
    typed = [_personal_in(asset_of(meter)) for meter in meters]
    typed += [_answers_in(answers) for answers in _answers(sessions)]
    references = [meter.partner_reference for meter in meters] + [one.reference for one in connections]
    serials = {meter.serial_key for meter in meters if meter.serial_key}
    accounts = {meter.account_key for meter in meters if meter.account_key}
    emails = {text.lower() for texts in typed for text in texts if "@" in text}
    words = {text for texts in typed for text in texts} | {meter.serial_number for meter in meters} | {*references}
    return Marks(
        references=tuple(sorted({reference_key(reference) for reference in references})),
        serials=tuple(
            sorted(serials - set(others.filter(serial_key__in=serials).values_list("serial_key", flat=True)))
        ),
        accounts=tuple(
            sorted(accounts - set(others.filter(account_key__in=accounts).values_list("account_key", flat=True)))
        ),
        emails=tuple(sorted(email for email in emails if not _is_shared(partner, others, email))),
        words=tuple(sorted((text for text in words if _is_telling(partner, others, text)), key=len, reverse=True)),
    )


def _personal_in(asset: Mapping[str, object]) -> list[str]:
    """The texts of an asset's personal fields, as the catalogue names them."""
    schema = schema_for()
    flat = schema.flatten(asset)
    return [str(value) for key, value in flat.items() if value and schema.knows(key) and schema.column(key).personal]


def _answers(sessions: Collection[UUID]) -> list[dict[str, Any]]:
    return list(ConnectSession.objects.filter(pk__in=sessions).values_list("answers", flat=True))


def _answers_in(answers: Mapping[str, object]) -> list[str]:
    """The texts that a customer typed; choices and ZIP codes are no marks."""
    personal = ("customer_name", "company_name", "email", "phone", "street", "account_number", "esi_id")
    return [str(answers[name]) for name in personal if answers.get(name)]


def _is_telling(partner: Partner, others: QuerySet[Meter], text: str) -> bool:
    """Whether a text is long enough to be somebody's, and no other meter of the partner is found by it."""
    return len(text) >= _SHORTEST_WORDS and not _is_shared(partner, others, text)


def _is_shared(partner: Partner, others: QuerySet[Meter], text: str) -> bool:
    columns = ("partner_reference", "customer_name", "street", "account_number", "serial_number")
    held = Q(**{f"{_EMAIL}__iexact": text}) | Q(data__customer__end_customer_phone_number=text)
    for column in columns:
        held |= Q(**{f"{column}__iexact": text})
    return others.filter(search(partner, text)).filter(held).exists()
