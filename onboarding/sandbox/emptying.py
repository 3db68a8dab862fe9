"""Deleting what a sandbox holds, a piece at a time. What it keeps is in KEPT."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from django.db.models import Model, ProtectedError, QuerySet

from onboarding.api.create_meters.models import OnboardingToken
from onboarding.bulk.models import BulkAction, BulkRow
from onboarding.calendar.models import DeadlineNotice, WeeklyDigest
from onboarding.connect.models import (
    Authorization,
    Connection,
    ConnectLink,
    ConnectSession,
    Consent,
    CustomerEmail,
    Feed,
    InvitedCustomer,
    LinkEmail,
    OutageFollowUp,
    PairingCode,
    RedirectHost,
    ServicePoint,
    Signature,
    StoppedAddress,
    SuppliedConsent,
)
from onboarding.device_links.models import DevicePhoto
from onboarding.enrollment.models import (
    Activation,
    CheckRecord,
    Enrollment,
    MadeDeadline,
    ParticipationPeriod,
    RegistrationRefresh,
)
from onboarding.intervals.models import (
    IntervalSeries,
    IntervalSettings,
    IntervalSource,
    IntervalUpload,
    MissingDataDigest,
)
from onboarding.intervals.store import interval_store
from onboarding.meter_form.models import MeterDraft
from onboarding.meters.models import Meter
from onboarding.meters.search.models import MeterText, TextBacklog
from onboarding.portfolio.exports.models import Export
from onboarding.portfolio.overview.models import PortfolioDay
from onboarding.portfolio.saved_views.models import SavedView
from onboarding.privacy.models import CustomerErasure
from onboarding.reminders.models import Reminder, ReminderPlan, StoppedReminders
from onboarding.uploads.models import ColumnMemory, Upload, UploadEdit, UploadProblem, UploadRow
from portal.api.models import KeptAnswer
from portal.developers.models import LoggedRequest
from portal.events.models import Event, Publication
from portal.jobs.models import Job
from portal.notifications.models import EmailMessage
from portal.partners.models import ApiKey, Invitation, Membership, Partner
from portal.storage.files import discard
from portal.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookReplay

# Who belongs to it, what programs have of it, and the log, which is sealed.
KEPT: Final[Collection[type[Model]]] = (ApiKey, Event, Invitation, Membership, Partner, Publication, WebhookEndpoint)


@dataclass(frozen=True, slots=True)
class Pile:
    """Rows of one kind. path: from them to the partner. files: the fields with names of stored files. before: what else
    goes with rows of these keys. at_once: how many of them are a piece."""

    model: type[Model]
    path: str = "partner"
    files: tuple[str, ...] = ()
    before: Callable[[Collection[Any]], object] | None = None
    at_once: int = 500

    def rows_of(self, sandbox: Partner) -> QuerySet[Any]:
        return self.model._default_manager.filter(**{self.path: sandbox.pk}).order_by()


# In this order: nothing is deleted before what protects it. Other jobs go first, so that none writes behind it.
PILES: Final = (
    Pile(Job),
    Pile(EmailMessage),
    Pile(WebhookDelivery, "endpoint__partner"),
    Pile(WebhookReplay, "endpoint__partner"),
    Pile(KeptAnswer),
    Pile(LoggedRequest),
    Pile(OnboardingToken),
    Pile(DeadlineNotice),
    Pile(WeeklyDigest),
    Pile(MissingDataDigest),
    Pile(Export, files=("file",)),
    Pile(SavedView),
    Pile(CustomerErasure),
    Pile(PortfolioDay),
    Pile(MeterDraft),
    Pile(BulkRow, "action__partner"),
    Pile(BulkAction),
    Pile(Reminder),
    Pile(ReminderPlan, "link__partner"),
    Pile(StoppedReminders, "connection__partner"),
    Pile(InvitedCustomer),
    Pile(SuppliedConsent, files=("file",)),
    Pile(StoppedAddress),
    Pile(CustomerEmail, "session__partner"),
    Pile(OutageFollowUp, "session__partner"),
    Pile(LinkEmail, "link__partner"),
    Pile(Feed, "authorization__partner", files=("file",)),
    Pile(ServicePoint),
    Pile(Authorization),
    Pile(Signature, files=("file",)),
    Pile(DevicePhoto, "session__partner", files=("file",)),
    Pile(PairingCode),
    Pile(ConnectSession),
    Pile(Connection),
    Pile(ConnectLink, files=("logo",)),
    Pile(RedirectHost),
    Pile(Consent, "owner"),
    Pile(IntervalSource),
    Pile(IntervalSeries, before=lambda keys: interval_store().forget(keys), at_once=10),
    Pile(IntervalUpload, files=("stored_name", "errors_name", "feedback_name", "bad_lines_name")),
    Pile(IntervalSettings),
    Pile(Enrollment),
    Pile(ParticipationPeriod),
    Pile(CheckRecord),
    Pile(Activation),
    Pile(MadeDeadline),
    Pile(RegistrationRefresh),
    Pile(MeterText),
    Pile(TextBacklog),
    Pile(Meter),
    Pile(UploadEdit, "upload__partner"),
    Pile(UploadProblem, "upload__partner"),
    Pile(UploadRow, "upload__partner"),
    Pile(Upload, files=("stored_name",)),
    Pile(ColumnMemory),
)


def delete_some(sandbox: Partner, *, besides: Job, begin: int) -> tuple[int, int]:
    """Delete a piece of the first pile, of those from `begin` on, that has rows left, in the caller's transaction.

    Returns the place of the pile and how many rows; 0 when those piles are empty.
    besides: the job that does it, which stays.
    """
    if not sandbox.is_sandbox:
        raise ValueError("only a sandbox is emptied")
    for place, pile in enumerate(PILES[begin:], begin):
        rows = pile.rows_of(sandbox)
        if pile.model is Job:
            rows = rows.exclude(pk=besides.pk)
        keys = list(rows.values_list("pk", flat=True)[: pile.at_once])
        if keys:
            try:
                _delete(pile, keys)
            except ProtectedError:  # somebody made more of an earlier pile meanwhile
                return 0, len(keys)
            return place, len(keys)
    return begin, 0


def _delete(pile: Pile, keys: Collection[object]) -> None:
    """The files first: what is killed in between is done again, and no file is left without a row that names it."""
    rows = pile.model._default_manager.filter(pk__in=keys)
    for name in chain.from_iterable(rows.values_list(*pile.files) if pile.files else ()):
        if name:
            discard(name)
    if pile.before:
        pile.before(keys)
    rows.delete()
