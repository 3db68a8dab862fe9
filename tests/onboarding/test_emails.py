"""Every email of the product: both bodies say the same, names of others stay text, and none is sent beside them."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import time_machine
from allauth.account.adapter import get_adapter
from allauth.core import context as allauth_context
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import RequestFactory
from django.test.signals import template_rendered
from django.utils import timezone

from onboarding.bulk import notifications as bulk
from onboarding.bulk.models import BulkAction
from onboarding.calendar import notifications as calendar
from onboarding.connect import customer_emails, invitations
from onboarding.connect import notifications as connect
from onboarding.connect.choices import ConsentState, EndReason
from onboarding.connect.models import ConnectSession, OutageFollowUp, Signature, SuppliedConsent, UtilityOutage
from onboarding.intervals import digest
from onboarding.intervals import notifications as intervals
from onboarding.intervals.models import IntervalUpload, IntervalUploadState, Way
from onboarding.portfolio.exports import notifications as exports
from onboarding.portfolio.exports.models import Export
from onboarding.reminders import outages
from onboarding.reminders.choices import Touchpoint
from onboarding.reminders.plans import plan_of
from onboarding.reminders.writing import preview
from onboarding.uploads import notifications as uploads
from onboarding.uploads.models import Upload, UploadSource
from portal.emails.messages import email_message
from portal.jobs.models import Job
from portal.notifications.choices import notification_kinds
from portal.notifications.models import EmailMessage
from portal.partners import domain
from portal.partners.models import Partner, Role, User
from portal.storage.files import store
from portal.webhooks import notifications as webhooks
from portal.webhooks.models import WebhookEndpoint
from programs.models import Utility
from tests.email_reading import assert_one_email, html_of_message
from tests.onboarding.calendar.test_page import wants
from tests.onboarding.connect import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
ROOT: Final = Path(__file__).resolve().parents[2]
TEMPLATES: Final = ROOT / "templates"
NAME: Final = '<b>Eve</b> & "Co" {{ 1 }}\r\nBcc: all@evil.example\n\nhttp://127.0.0.1:8000/evil/\n- item'
SHOWN: Final = '<b>Eve</b> & "Co" {{ 1 }} Bcc: all@evil.example http://127.0.0.1:8000/evil/ - item'
NOW: Final = datetime(2027, 4, 5, 15, tzinfo=UTC)  # a Monday: the email of the week is due, and that of ten days before


@dataclass(frozen=True, slots=True)
class Cast:
    """Who writes and is written to; all of them have a name that means no good."""

    partner: Partner
    manager: User
    session: ConnectSession
    language: str
    commit: Callable[..., Any]

    @property
    def utility(self) -> Utility:
        return Utility.objects.get(code=builders.CAISO_UTILITY)

    @property
    def job(self) -> Job:
        return Job(created_at=timezone.now() - timedelta(hours=1))


def uploaded(cast: Cast, **counts: int) -> Upload:
    return Upload(partner=cast.partner, user=cast.manager, source=UploadSource.PAGE, counts=counts)


def checked(cast: Cast) -> None:
    uploads.tell_checked(uploaded(cast, rows=1240), cast.job)


def written(cast: Cast) -> None:
    uploads.tell_written(uploaded(cast, failed=1), cast.job)
    uploads.tell_written(uploaded(cast), cast.job)


def changed(cast: Cast) -> None:
    action = BulkAction(partner=cast.partner, user=cast.manager, counts={"changed": 3, "meant": 4})
    bulk.tell_done(action, cast.job)


def exported(cast: Cast) -> None:
    exports.tell_done(Export(partner=cast.partner, user=cast.manager, meters=3), cast.job)


def intervals_read(cast: Cast) -> None:
    for state in (IntervalUploadState.COMPLETED, IntervalUploadState.FAILED):
        row = IntervalUpload(partner=cast.partner, user=cast.manager, way=Way.PAGE, state=state, counts={"bad": 2})
        intervals.tell_read(row, cast.job)


def data_missing(cast: Cast) -> None:
    ahead = digest.MissingData(NOW, "Clean Peak Standard", 1, "24 h", "/interval-data/missing/?due=1", False)
    overdue = digest.MissingData(NOW, "Clean Peak Standard", 2, "24 h", "/interval-data/missing/?due=0", True)
    digest._tell(cast.partner, [ahead, overdue], NOW)
    digest._tell(cast.partner, [overdue], NOW)


def week_and_notices(cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False):
        wants(cast.partner, "CEC-DSGS")
        calendar.queue_notifications()


def of_authorization(tell: Callable[..., None]) -> Callable[[Cast], None]:
    def act(cast: Cast) -> None:
        assert cast.session.connection is not None
        given = builders.authorization(cast.session.connection, end_reason=EndReason.BY_CUSTOMER)
        tell(given)

    return act


def consent_decided(cast: Cast) -> None:
    for state in (ConsentState.CONFIRMED, ConsentState.REJECTED):
        row = SuppliedConsent(partner=cast.partner, utility=cast.utility, connection=cast.session.connection)
        row.state, row.reason = state, NAME
        connect.tell_decided(row)


def webhook_disabled(cast: Cast) -> None:
    endpoint = WebhookEndpoint(partner=cast.partner, receiver_url="https://hooks.example/x", disabled_reason="failing")
    webhooks.tell_disabled(endpoint)


def member_invited(cast: Cast) -> None:
    with cast.commit(execute=True):
        domain.invite(cast.partner, email="new@acme.example", role=Role.USER, by=builders.BY, invited_by=cast.manager)


def signed(cast: Cast) -> None:
    file = store([b"%PDF"], folder="signed", suffix=".pdf", limit=100).name
    rows = [Signature(title=title, file=file, code=title.upper(), version="1") for title in ("Terms", "Data: use")]
    customer_emails.write_signed_documents(cast.session, rows)


def link_asked_for(cast: Cast) -> None:
    customer_emails.write_link_again(cast.session)


def customer_invited(cast: Cast) -> None:
    link = cast.session.link
    link.welcome = link.welcome_es = f"{NAME}\n--\nSign in:\n{settings.SITE_URL}/connect/evil/"
    link.support_contact = NAME
    send = {"reference": "home-1", "by": builders.BY, "sender": "x@acme.example", "language": cast.language}
    invitations.send_link(link, to="alex@example.com", **send)


def works_again(cast: Cast) -> None:
    outage = UtilityOutage(utility=cast.utility)
    for asked in (True, False):
        follow_up = OutageFollowUp(session=cast.session, outage=outage, was_asked_for=asked)
        outages._write(follow_up, "alex@example.com")


def reminded(*touchpoints: Touchpoint) -> Callable[[Cast], None]:
    def act(cast: Cast) -> None:
        plan = plan_of(cast.session.link)
        plan.text = NAME
        sender = customer_emails.sender_of(plan.link)
        for touchpoint in touchpoints:
            said = preview(plan, touchpoint, language=cast.language)
            email_message(said.subject, said.body, "alex@example.com", sender=sender, language=cast.language).send()

    return act


def of_account(prefix: str) -> Callable[[Cast], None]:
    def act(cast: Cast) -> None:
        request = RequestFactory().get("/", headers={"user-agent": NAME.replace("\r\n", " ").replace("\n", " ")})
        request.user = cast.manager
        links = dict.fromkeys(("activate_url", "password_reset_url"), f"{settings.SITE_URL}/accounts/x/")
        emails = dict.fromkeys(("from_email", "to_email", "deleted_email"), "old@acme.example")
        with allauth_context.request_context(request):
            said = {"user": cast.manager, "timestamp": timezone.now(), **links, **emails}
            get_adapter(request).send_mail(prefix, cast.manager.email, said)

    return act


ACCOUNT: Final = [
    *("account/email/email_changed", "account/email/email_confirm", "account/email/email_confirmation"),
    *("account/email/email_deleted", "account/email/password_changed", "account/email/password_reset"),
    *("account/email/password_reset_key", "account/email/password_set", "mfa/email/recovery_codes_generated"),
    *("mfa/email/totp_activated", "mfa/email/totp_deactivated", "mfa/email/webauthn_added"),
    "mfa/email/webauthn_removed",
]
# The library's own of what is switched off here: signing up, codes by email, other people's accounts.
NOT_SENT: Final = {
    *("account_already_exists", "email_confirmation_signup", "login_code", "password_reset_code", "unknown_account"),
}
FILES: Final = ["TERMS-1.pdf", "DATA: USE-1.pdf"]
REMINDERS: Final = (Touchpoint.FIRST, Touchpoint.SECOND, Touchpoint.THIRD)

# What is written to partners' people, by the verb that writes it.
TOLD: Final[dict[str, Callable[[Cast], None]]] = {
    "onboarding.bulk.notifications.tell_done": changed,
    "onboarding.calendar.notifications.write_notices": week_and_notices,
    "onboarding.calendar.notifications.write_week": week_and_notices,
    "onboarding.connect.notifications.tell_decided": consent_decided,
    "onboarding.connect.notifications.tell_ended": of_authorization(connect.tell_ended),
    "onboarding.connect.notifications.tell_overdue": of_authorization(connect.tell_overdue),
    "onboarding.connect.notifications.tell_to_decide": of_authorization(connect.tell_to_decide),
    "onboarding.intervals.digest.write_digest": data_missing,
    "onboarding.intervals.notifications.tell_read": intervals_read,
    "onboarding.portfolio.exports.notifications.tell_done": exported,
    "onboarding.uploads.notifications.tell_checked": checked,
    "onboarding.uploads.notifications.tell_written": written,
    "portal.webhooks.notifications.tell_disabled": webhook_disabled,
}
# What has a template of its own, by its name.
WRITTEN: Final[dict[str, Callable[[Cast], None]]] = {
    "partners/email/invitation.txt": member_invited,
    **{f"{prefix}_message.txt": of_account(prefix) for prefix in ACCOUNT},
}
TO_CUSTOMERS: Final[dict[str, Callable[[Cast], None]]] = {
    "connect/emails/authorized.txt": of_authorization(customer_emails.write_authorized),
    "connect/emails/ended.txt": of_authorization(customer_emails.write_ended),
    "connect/emails/invitation.txt": customer_invited,
    "connect/emails/mine.txt": link_asked_for,
    "connect/emails/reminder.txt": reminded(*REMINDERS),
    "connect/emails/renewal.txt": reminded(Touchpoint.RENEWAL),
    "connect/emails/signed.txt": signed,
    "connect/emails/works_again.txt": works_again,
}


@pytest.fixture
def cast(acme: Partner, manager: User, request: pytest.FixtureRequest, django_capture_on_commit_callbacks: Any) -> Cast:
    acme.name = manager.name = NAME
    acme.save()
    manager.save()
    language = getattr(request, "param", "en")
    link = builders.link(acme, "summer", color="#8a1c5a")
    row = builders.connection(acme, "home-1", link=link)
    row.sessions.update(language=language, answers={"customer_name": NAME, "email": "alex@example.com"})
    session = row.sessions.select_related("link__partner", "partner", "connection").get()
    return Cast(acme, manager, session, language, django_capture_on_commit_callbacks)


def sent(cast: Cast, act: Callable[[Cast], None], run_jobs: Callable[[], int]) -> list[EmailMultiAlternatives]:
    mail.outbox.clear()
    act(cast)
    with time_machine.travel(NOW, tick=False) if act is week_and_notices else time_machine.travel(timezone.now()):
        run_jobs()
    messages = [message for message in mail.outbox if isinstance(message, EmailMultiAlternatives)]
    assert len(messages) == len(mail.outbox) > 0
    return messages


@pytest.mark.parametrize("name", TOLD)
def test_email_to_a_partners_people(cast: Cast, run_jobs: Callable[[], int], name: str) -> None:
    for message in sent(cast, TOLD[name], run_jobs):
        assert_one_email(message)
        assert message.body.startswith(f"Hi {SHOWN},\n\n")
        assert message.body.count(SHOWN) == 2
        assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message.extra_headers["List-Unsubscribe"].strip("<>") in message.body
        assert 'class="button"' in html_of_message(message)


@pytest.mark.parametrize("name", WRITTEN)
def test_email_about_an_account(cast: Cast, run_jobs: Callable[[], int], name: str) -> None:
    [message] = sent(cast, WRITTEN[name], run_jobs)

    assert_one_email(message)
    assert SHOWN in message.body
    assert 'class="button"' in html_of_message(message)


@pytest.mark.parametrize("cast", ["en", "es"], indirect=True)
@pytest.mark.parametrize("name", TO_CUSTOMERS)
def test_email_to_a_customer(cast: Cast, run_jobs: Callable[[], int], name: str) -> None:
    rendered: set[str] = set()

    def keep(template: Any, **_: Any) -> None:
        rendered.add(str(template.name))

    template_rendered.connect(keep)
    try:
        messages = sent(cast, TO_CUSTOMERS[name], run_jobs)
    finally:
        template_rendered.disconnect(keep)

    assert name in rendered
    for message in messages:
        assert_one_email(message)
        html = html_of_message(message)
        assert SHOWN in message.body
        assert f'<html lang="{cast.language}">' in html
        assert html.count('class="button"') == 1
        assert 'bgcolor="#8a1c5a"' in html
        assert "/evil/" not in "".join(part for part in html.split('href="')[1:] for part in part.split('"')[:1])
    if name.endswith("signed.txt"):
        assert [attachment[0] for message in messages for attachment in message.attachments] == FILES


def test_a_color_of_no_link_is_the_portals(cast: Cast) -> None:
    link = cast.session.link
    link.color = ""

    assert customer_emails.sender_of(link).color == "#0b5f5b"
    link.color = "#757575"
    assert customer_emails.sender_of(link).on_color == "#ffffff"
    link.color = "#888888"
    assert customer_emails.sender_of(link).on_color == "#000000"


# --- that none is left out


def test_each_kind_that_can_be_switched_off_is_on_the_list(cast: Cast, run_jobs: Callable[[], int]) -> None:
    for act in dict.fromkeys(TOLD.values()):
        act(cast)

    with time_machine.travel(NOW, tick=False):
        run_jobs()

    written_kinds = set(EmailMessage.objects.values_list("kind", flat=True))
    assert written_kinds == {kind.code for kind in notification_kinds()}


def test_each_template_of_an_email_is_on_the_list() -> None:
    texts = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.txt")
        if path.parent.name in ("email", "emails") and not path.stem.endswith("_subject")
    }
    bases = {"account/email/base_message.txt", "account/email/base_notification.txt"}

    assert texts - bases == {*WRITTEN, *TO_CUSTOMERS}


def test_each_email_of_the_library_is_written_here_or_not_sent() -> None:
    import allauth

    library = Path(allauth.__file__).parent / "templates"
    theirs = {
        path.stem.removesuffix("_message")
        for app in ("account", "mfa")
        for path in (library / app / "email").glob("*_message.txt")
    }
    ours = {prefix.rpartition("/")[2] for prefix in ACCOUNT}

    assert theirs - {"base"} == ours | NOT_SENT


def modules() -> dict[str, ast.Module]:
    paths = [path for tree in ("portal", "programs", "onboarding") for path in (ROOT / tree).rglob("*.py")]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text()) for path in paths}


def imported(module: ast.Module) -> set[str]:
    """What a module imports from where: "django.core.mail.send_mail"."""
    nodes = [node for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
    return {f"{node.module}.{alias.name}" for node in nodes for alias in node.names}


def telling(module: ast.Module) -> set[str]:
    """The public functions of a module that write to people, themselves or by functions of the module."""
    functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    names = {
        name: {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        for name, function in functions.items()
    }
    writing = {"write_to"}
    while more := {name for name, used in names.items() if used & writing} - writing:
        writing |= more
    return {name for name in writing if not name.startswith("_")} - {"write_to"}


def test_each_verb_that_writes_to_people_is_on_the_list() -> None:
    verbs = {
        f"{name}.{verb}"
        for name, module in modules().items()
        if "portal.notifications.domain.write_to" in imported(module)
        for verb in telling(module)
    }

    assert verbs == set(TOLD)


def test_nobody_makes_an_email_in_another_way() -> None:
    makers = {f"django.core.mail.{name}" for name in ("send_mail", "mail_admins", "send_mass_mail", "mail_managers")}
    makers |= {"django.core.mail.EmailMessage", "django.core.mail.EmailMultiAlternatives"}
    makers |= {f"portal.emails.messages.{name}" for name in ("email_message", "html_of")}

    using = {name: sorted(imported(module) & makers) for name, module in modules().items()}
    attributes = {
        name
        for name, module in modules().items()
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "mail"
        if node.attr != "get_connection"
    }

    assert {name: names for name, names in using.items() if names} == {
        "onboarding.connect.customer_emails": ["portal.emails.messages.email_message"],
        "onboarding.connect.invitations": ["portal.emails.messages.email_message"],
        "onboarding.reminders.sending": ["portal.emails.messages.email_message"],
        "portal.emails.files": ["django.core.mail.EmailMessage", "django.core.mail.EmailMultiAlternatives"],
        "portal.emails.messages": ["django.core.mail.EmailMultiAlternatives"],
        "portal.events.witness": ["portal.emails.messages.email_message"],
        "portal.notifications.domain": ["portal.emails.messages.email_message"],
        "portal.partners.adapters": [
            "django.core.mail.EmailMultiAlternatives",
            "portal.emails.messages.email_message",
        ],
        "portal.partners.domain": ["portal.emails.messages.email_message"],
    }
    assert attributes == set()
