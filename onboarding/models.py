"""The models of the rooms upstairs, gathered for Django."""

from onboarding.api.create_meters.models import OnboardingToken
from onboarding.bulk.models import BulkAction, BulkRow
from onboarding.calendar.models import CalendarFeed, DeadlineNotice, WeeklyDigest
from onboarding.connect.models import (
    Authorization,
    Connection,
    ConnectionNote,
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
    UtilityOutage,
)
from onboarding.device_links.models import DeviceDraft, DevicePhoto
from onboarding.enrollment.models import (
    Activation,
    CheckRecord,
    Enrollment,
    Evaluated,
    ParticipationPeriod,
    RegistrationRefresh,
)
from onboarding.intervals.models import (
    FeedIntake,
    IntervalSeries,
    IntervalSettings,
    IntervalSource,
    IntervalUpload,
    MissingDataDigest,
)
from onboarding.intervals.store.models import Interval, IntervalCorrection, IntervalDay, IntervalErasure, IntervalWrite
from onboarding.meter_form.models import MeterDraft
from onboarding.meters.models import Meter
from onboarding.meters.search.models import MeterText, TextBacklog
from onboarding.portfolio.exports.models import Export
from onboarding.portfolio.overview.models import PortfolioDay
from onboarding.portfolio.saved_views.models import SavedView
from onboarding.privacy.models import CustomerErasure
from onboarding.reminders.models import Reminder, ReminderPlan, StoppedReminders
from onboarding.uploads.models import ColumnMemory, Upload, UploadEdit, UploadProblem, UploadRow

__all__ = [
    "Activation",
    "Authorization",
    "BulkAction",
    "BulkRow",
    "CalendarFeed",
    "CheckRecord",
    "ColumnMemory",
    "ConnectLink",
    "ConnectSession",
    "Connection",
    "ConnectionNote",
    "Consent",
    "CustomerEmail",
    "CustomerErasure",
    "DeadlineNotice",
    "DeviceDraft",
    "DevicePhoto",
    "Enrollment",
    "Evaluated",
    "Export",
    "Feed",
    "FeedIntake",
    "Interval",
    "IntervalCorrection",
    "IntervalDay",
    "IntervalErasure",
    "IntervalSeries",
    "IntervalSettings",
    "IntervalSource",
    "IntervalUpload",
    "IntervalWrite",
    "InvitedCustomer",
    "LinkEmail",
    "Meter",
    "MeterDraft",
    "MeterText",
    "MissingDataDigest",
    "OnboardingToken",
    "OutageFollowUp",
    "PairingCode",
    "ParticipationPeriod",
    "PortfolioDay",
    "RedirectHost",
    "RegistrationRefresh",
    "Reminder",
    "ReminderPlan",
    "SavedView",
    "ServicePoint",
    "Signature",
    "StoppedAddress",
    "StoppedReminders",
    "SuppliedConsent",
    "TextBacklog",
    "Upload",
    "UploadEdit",
    "UploadProblem",
    "UploadRow",
    "UtilityOutage",
    "WeeklyDigest",
]
