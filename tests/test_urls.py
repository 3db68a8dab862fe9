"""Every address, as each of the cast: who may see it, and that nobody sees another partner's."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from onboarding.bulk.domain import create_action
from onboarding.connect.contacting import mark_unreachable
from onboarding.connect.models import ServicePoint, StoppedAddress
from onboarding.connect.pairing import create_codes
from onboarding.device_links.models import DevicePhoto
from onboarding.intervals.models import DataType, Way
from onboarding.intervals.receive import receive_interval_file
from onboarding.meter_form.domain import begin
from onboarding.meters.models import Meter
from onboarding.portfolio.exports.domain import ask_export
from onboarding.portfolio.saved_views.domain import save_view
from onboarding.privacy.models import CustomerErasure
from onboarding.uploads.models import ColumnMemory, Upload
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_upload
from portal.events.actors import Actor
from portal.events.models import Event
from portal.events.published import event_types
from portal.partners.domain import invite
from portal.partners.keys import create_api_key
from portal.partners.models import ApiKey, Invitation, Membership, Partner, Role, User
from portal.storage.files import store
from portal.webhooks.domain import create_endpoint
from portal.webhooks.models import WebhookDelivery
from tests import builders
from tests.conftest import make_user
from tests.onboarding.connect import builders as connect
from tests.onboarding.connect.consents import supplied
from tests.wall import wall

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

PUBLIC = "public"  # anybody
SIGNED_IN = "signed in"  # members and staff
MEMBERS = "members"  # of a partner
MANAGERS = "managers"
OWN = "own"  # the partner's own object: 404 for another partner
KEY = "key"  # API: 401 without a key
KEY_OWN = "key, own"  # API: 404 for another partner's

# Every route of ours: (who, method, arguments). A route that is missing here fails the test below.
ROUTES: dict[str, tuple[str, str, dict[str, str]]] = {
    "home": (SIGNED_IN, "get", {}),
    "search": (MEMBERS, "get", {}),
    "programs": (SIGNED_IN, "get", {}),
    "which-way": (SIGNED_IN, "get", {}),
    "program": (SIGNED_IN, "get", {"identifier": "CEC-DSGS"}),
    "template": (SIGNED_IN, "get", {"identifier": "CEC-DSGS", "format": "csv"}),
    "templates": (SIGNED_IN, "get", {"format": "csv"}),
    "uploads": (MEMBERS, "get", {}),
    "upload-new": (MEMBERS, "get", {}),
    "upload": (OWN, "get", {"pk": "upload"}),
    "upload-columns": (OWN, "get", {"pk": "upload"}),
    "upload-columns-again": (OWN, "post", {"pk": "upload"}),
    "upload-values": (OWN, "get", {"pk": "upload"}),
    "upload-other-sheet": (OWN, "post", {"pk": "upload"}),
    "upload-other-device": (OWN, "post", {"pk": "upload"}),
    "column-memories": (MEMBERS, "get", {}),
    "column-memory": (OWN, "get", {"pk": "memory"}),
    "column-memory-forget": (OWN, "post", {"pk": "memory"}),
    "upload-confirm": (OWN, "post", {"pk": "upload"}),
    "upload-recheck": (OWN, "post", {"pk": "upload"}),
    "upload-discard": (OWN, "post", {"pk": "upload"}),
    "upload-withdraw": (OWN, "post", {"pk": "upload"}),
    "upload-fix": (OWN, "get", {"pk": "upload"}),
    "upload-rows": (OWN, "post", {"pk": "upload"}),
    "upload-carry-over": (OWN, "post", {"pk": "upload"}),
    "upload-row": (OWN, "get", {"pk": "upload", "number": 2}),
    "upload-take-in": (OWN, "post", {"pk": "upload"}),
    "upload-fixed": (OWN, "post", {"pk": "upload"}),
    "upload-to-fix": (OWN, "get", {"pk": "upload"}),
    "upload-receipt": (OWN, "get", {"pk": "upload", "format": "csv"}),
    "upload-receipt-page": (OWN, "get", {"pk": "upload"}),
    "entry-start": (MEMBERS, "get", {}),
    "entry-new": (MEMBERS, "get", {"identifier": "CEC-DSGS"}),
    "entry-edit": (OWN, "get", {"pk": "meter"}),
    "entry-drafts": (MEMBERS, "get", {}),
    "entry-draft": (OWN, "get", {"pk": "draft"}),
    "entry-check": (OWN, "get", {"pk": "draft"}),
    "entry-discard": (OWN, "post", {"pk": "draft"}),
    "meters": (MEMBERS, "get", {}),
    "meters-columns": (MEMBERS, "get", {}),
    "meters-export": (MEMBERS, "get", {"format": "csv"}),
    "portfolio": (MEMBERS, "get", {}),
    "portfolio-export": (MEMBERS, "get", {}),
    "exports": (MEMBERS, "get", {}),
    "export-new": (MEMBERS, "get", {}),
    "export": (OWN, "get", {"pk": "export"}),
    "export-file": (OWN, "get", {"pk": "export"}),
    "meters-look-up": (MEMBERS, "get", {}),
    "bulk-sheet": (MEMBERS, "get", {"slug": "references"}),
    "bulk-sheet-file": (MEMBERS, "get", {"slug": "references", "format": "csv"}),
    "view-save": (MEMBERS, "post", {}),
    "view-remove": (OWN, "post", {"pk": "view"}),
    "bulk-ask": (MEMBERS, "post", {}),
    "bulk-action": (OWN, "get", {"pk": "action"}),
    "bulk-result": (OWN, "get", {"pk": "action"}),
    "meters-template": (MEMBERS, "get", {"format": "csv"}),
    "meter": (OWN, "get", {"pk": "meter"}),
    "meter-participation": (OWN, "get", {"pk": "meter"}),
    "participation-of-many": (OWN, "get", {"pk": "action"}),
    "idle-remove": (OWN, "post", {"pk": "meter"}),
    "interval-coverage": (MEMBERS, "get", {}),
    "interval-gaps": (MEMBERS, "get", {}),
    "interval-gaps-export": (MEMBERS, "get", {}),
    "meter-interval-data": (OWN, "get", {"pk": "meter"}),
    "calendar": (MEMBERS, "get", {}),
    "calendar-feed-new": (MEMBERS, "post", {}),
    "calendar-feed-end": (MEMBERS, "post", {}),
    "calendar-feed": (PUBLIC, "get", {"secret": "no-such-secret"}),
    "audit": (MANAGERS, "get", {}),
    "audit-export": (MANAGERS, "get", {}),
    "privacy": (MANAGERS, "get", {}),
    "privacy-customer": (MANAGERS, "get", {}),
    "privacy-held": (MANAGERS, "post", {}),
    "privacy-erase": (MANAGERS, "post", {}),
    "erasure": (MANAGERS, "get", {"pk": "erasure"}),
    "erasure-again": (MANAGERS, "post", {"pk": "erasure"}),
    "partner-rules": (MANAGERS, "get", {}),
    "developers": (MEMBERS, "get", {}),
    "old-api-keys": (MANAGERS, "get", {}),
    "request-log": (MEMBERS, "get", {}),
    "logged-request": (OWN, "get", {"request_id": "request"}),
    "api-reference": (MEMBERS, "get", {}),
    "api-description": (MEMBERS, "get", {}),
    "api-changelog": (MEMBERS, "get", {}),
    "api-keys": (MANAGERS, "get", {}),
    "api-key-revoke": (MANAGERS, "get", {"pk": "key"}),
    "api-key-roll": (MANAGERS, "get", {"pk": "key"}),
    "sandbox": (MEMBERS, "get", {}),
    "sandbox-create": (MANAGERS, "post", {}),
    "sandbox-reset": (MANAGERS, "get", {}),
    "usersessions_end": (SIGNED_IN, "post", {"pk": "0"}),
    "emails": (MEMBERS, "get", {}),
    "emails-stop": (PUBLIC, "get", {"token": "no-such-token"}),
    "people": (MEMBERS, "get", {}),
    "invite": (MANAGERS, "post", {}),
    "member-role": (MANAGERS, "post", {"pk": "membership"}),
    "member-remove": (MANAGERS, "get", {"pk": "membership"}),
    "invitation-again": (MANAGERS, "post", {"pk": "invitation"}),
    "invitation-withdraw": (MANAGERS, "post", {"pk": "invitation"}),
    "invitation": (PUBLIC, "get", {"token": "no-such-token"}),
    "partner-switch": (MEMBERS, "post", {}),
    "healthz": (PUBLIC, "get", {}),
    "security-txt": (PUBLIC, "get", {}),
    "livez": (PUBLIC, "get", {}),
    "readyz": (PUBLIC, "get", {}),
    "metrics": (PUBLIC, "get", {}),
    "set-theme": (PUBLIC, "post", {}),
    "demo-clock": (SIGNED_IN, "post", {}),
    "api-meter-jobs": (KEY, "get", {}),
    "api-meter-job": (KEY_OWN, "get", {"job_id": "upload"}),
    "program-meters": (MEMBERS, "get", {"identifier": "CEC-DSGS"}),
    "fill": (MEMBERS, "get", {"identifier": "CEC-DSGS", "field": "site.number_of_devices"}),
    "meter-stacking": (OWN, "get", {"pk": "meter"}),
    "meter-leave": (OWN, "post", {"pk": "meter", "identifier": "CCA"}),
    "meter-join": (OWN, "post", {"pk": "meter", "identifier": "CEC-DSGS"}),
    "api-meter-job-filters": (KEY, "get", {}),
    "api-single-meter": (KEY, "post", {}),
    "api-onboarding-tokens": (KEY, "post", {}),
    "api-provisional-assets": (KEY, "get", {}),
    "api-provisional-assets-filters": (KEY, "get", {}),
    "api-eligibility": (KEY, "post", {}),
    "api-meter-tags": (KEY, "post", {}),
    "api-meter-references": (KEY, "patch", {}),
    "api-meter-reference": (KEY_OWN, "patch", {"meter_id": "meter"}),
    "api-registration-refresh": (KEY_OWN, "post", {"meter_id": "meter"}),
    "api-missing-interval-data": (KEY, "post", {}),
    "api-enrollment-search": (KEY, "post", {}),
    "api-enrollment": (KEY_OWN, "get", {"meter_id": "meter"}),
    "api-meter-search": (KEY, "post", {}),
    "api-meter": (KEY_OWN, "get", {"meter_id": "meter"}),
    "api-idle-periods": (KEY_OWN, "get", {"meter_id": "meter"}),
    "api-idle-periods-many": (KEY, "post", {}),
    "api-disenroll": (KEY_OWN, "post", {"meter_id": "meter"}),
    "api-disenroll-many": (KEY, "post", {}),
    "api-participate": (KEY_OWN, "post", {"meter_id": "meter"}),
    "api-participate-many": (KEY, "post", {}),
    "connections": (MEMBERS, "get", {}),
    "connections-export": (MEMBERS, "get", {}),
    "connection": (OWN, "get", {"pk": "connection"}),
    "connection-consents": (OWN, "get", {"pk": "connection"}),
    "connection-esi-id": (OWN, "post", {"pk": "connection"}),
    "connection-device-photo": (OWN, "get", {"pk": "connection"}),
    "connection-device": (OWN, "post", {"pk": "connection"}),
    "connection-decide": (OWN, "post", {"pk": "connection", "point": "point"}),
    "supplied-customer-new": (MEMBERS, "get", {}),
    "supplied-consent-new": (OWN, "get", {"pk": "connection"}),
    "supplied-consent-file": (OWN, "get", {"pk": "connection", "consent": "supplied"}),
    "supplied-consent-withdraw": (OWN, "post", {"pk": "connection", "consent": "supplied"}),
    "connect-links": (MEMBERS, "get", {}),
    "connect-funnel": (MEMBERS, "get", {}),
    "connect-utilities": (MEMBERS, "get", {}),
    "connect-utility": (MEMBERS, "get", {"code": "PGE"}),
    "connect-funnel-export": (MEMBERS, "get", {}),
    "connect-link-new": (MEMBERS, "get", {}),
    "connect-link": (OWN, "get", {"pk": "link"}),
    "connect-link-edit": (OWN, "get", {"pk": "link"}),
    "connect-link-state": (OWN, "post", {"pk": "link"}),
    "connect-link-codes": (OWN, "get", {"pk": "link"}),
    "connect-code-revoke": (OWN, "post", {"pk": "link", "code": "pairing_code"}),
    "connect-pair": (PUBLIC, "get", {}),
    "connect-link-qr": (OWN, "get", {"pk": "link"}),
    "connect-host-allow": (MEMBERS, "post", {}),
    "connect-host-remove": (OWN, "post", {"pk": "host"}),
    "connect": (PUBLIC, "get", {}),
    "connect-by-title": (PUBLIC, "get", {"account": "acme", "title": "no-such-link"}),
    "connect-return": (PUBLIC, "get", {}),
    "connect-notify": (PUBLIC, "post", {"code": "NO_SUCH_UTILITY"}),
    "connect-session": (PUBLIC, "get", {"pk": "session"}),
    "connect-send": (PUBLIC, "post", {"pk": "session", "step": "welcome"}),
    "connect-brand": (PUBLIC, "get", {"pk": "link"}),
    "connect-logo": (PUBLIC, "get", {"pk": "link"}),
    "connect-link-merge": (OWN, "get", {"pk": "link"}),
    "connect-link-reminders": (OWN, "get", {"pk": "link"}),
    "connect-reminder-test": (OWN, "post", {"pk": "link"}),
    "connection-reminders": (OWN, "post", {"pk": "connection"}),
    "connection-renewal": (OWN, "post", {"pk": "connection", "authorization": "authorization"}),
    "connect-addresses": (MEMBERS, "get", {}),
    "connect-address-remove": (OWN, "post", {"pk": "address"}),
    "connect-continue": (PUBLIC, "get", {"token": "no-such-token"}),
    "connect-renew": (PUBLIC, "get", {"token": "no-such-token"}),
    "connect-reminders-stop": (PUBLIC, "get", {"token": "no-such-token"}),
    "connect-link-embed": (OWN, "get", {"pk": "link"}),
    "connect-button": (PUBLIC, "get", {"pk": "link"}),
    "connect-mine": (PUBLIC, "get", {}),
    "connect-manage": (PUBLIC, "get", {"token": "no-such-token"}),
    "connect-document": (PUBLIC, "get", {"token": "no-such-token", "pk": "session"}),
    "api-connections": (KEY, "get", {}),
    "api-connect-funnel": (KEY, "get", {}),
    "api-events": (KEY, "get", {}),
    "api-portfolio": (KEY, "get", {}),
    "interval-uploads": (MEMBERS, "get", {}),
    "interval-upload-new": (MEMBERS, "get", {}),
    "interval-upload": (OWN, "get", {"pk": "intervals"}),
    "interval-upload-keep": (OWN, "post", {"pk": "intervals"}),
    "interval-upload-file": (OWN, "get", {"pk": "intervals", "part": "file"}),
    "interval-example": (MEMBERS, "get", {"schema": "load"}),
    "interval-settings": (MANAGERS, "get", {}),
    "interval-file": (PUBLIC, "get", {"token": "no-such-token"}),
    "api-interval-data": (KEY, "post", {}),
    "api-interval-uploads": (KEY, "get", {}),
    "api-interval-upload": (KEY_OWN, "get", {"job_id": "intervals"}),
    "api-interval-presigned-url": (KEY_OWN, "get", {"job_id": "intervals"}),
    "api-interval-preview": (KEY_OWN, "get", {"job_id": "intervals"}),
    "webhooks": (MEMBERS, "get", {}),
    "webhook-new": (MANAGERS, "get", {}),
    "webhook": (OWN, "get", {"pk": "webhook"}),
    "webhook-edit": (MANAGERS, "get", {"pk": "webhook"}),
    "webhook-state": (MANAGERS, "post", {"pk": "webhook"}),
    "webhook-secret": (MANAGERS, "get", {"pk": "webhook"}),
    "webhook-test": (MANAGERS, "get", {"pk": "webhook"}),
    "webhook-redeliver": (MANAGERS, "get", {"pk": "webhook"}),
    "webhook-delete": (MANAGERS, "get", {"pk": "webhook"}),
    "webhook-delivery": (OWN, "get", {"pk": "webhook", "delivery": "delivery"}),
    "webhook-delivery-again": (MANAGERS, "post", {"pk": "webhook", "delivery": "delivery"}),
    "api-webhooks": (KEY, "get", {}),
    "api-webhook": (KEY_OWN, "put", {"webhook_id": "webhook"}),
    "api-webhook-test": (KEY_OWN, "post", {"webhook_id": "webhook"}),
    "api-schema": (KEY, "get", {}),
    "api-unknown": (KEY, "get", {"path": "v2/nothing"}),
}
GONE_AFTERWARDS = {
    "column-memory-forget",
    "connect-address-remove",
    "connect-host-remove",
    "entry-discard",
    "view-remove",
}  # the user was here before the manager
# The same for everybody, whoever they are: what a public address answers to what the table sends.
PUBLIC_ANSWERS = {
    "calendar-feed": 404,
    "emails-stop": 404,
    "invitation": 404,
    "healthz": 200,
    "security-txt": 200,
    "livez": 200,
    "readyz": 200,
    "metrics": 404,  # no token is set
    "set-theme": 403,  # no such theme
    "interval-file": 404,
    "connect-pair": 200,
    "connect": 404,  # names no link
    "connect-by-title": 404,
    "connect-return": 400,  # no state
    "connect-notify": 404,
    "connect-session": 404,  # another browser's
    "connect-send": 404,
    "connect-brand": 200,
    "connect-button": 200,
    "connect-mine": 200,
    "connect-logo": 404,  # the link has none
    "connect-continue": 404,
    "connect-renew": 404,
    "connect-reminders-stop": 404,
    "connect-manage": 404,
    "connect-document": 404,
}
# Rooms of others: Django's admin (staff only, tested below) and allauth (its own tests).
OF_OTHERS = ("admin/", "accounts/")


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.name or ""


@pytest.fixture(scope="module")
def world(module_db: None, run_jobs: Callable[[], int]) -> dict[str, str]:
    """Acme, Borealis and their people, made once for all tests; returns objects of Acme by the table's words."""
    acme = Partner.objects.create(name="Acme Energy", slug="acme")
    borealis = Partner.objects.create(name="Borealis Devices", slug="borealis")
    manager = make_user("manager@acme.example", "Mara Manager")
    user = make_user("user@acme.example", "Uli User")
    stranger = make_user("manager@borealis.example", "Sasha Stranger")
    make_user("staff@portal.example", "Stef Staff", is_staff=True, is_superuser=True)
    for partner, person, role in ((acme, manager, "MANAGER"), (acme, user, "USER"), (borealis, stranger, "MANAGER")):
        Membership.objects.create(partner=partner, user=person, role=role)
    return _objects_of(acme, manager, user, run_jobs)


def _objects_of(acme: Partner, manager: User, user: User, run_jobs: Callable[[], int]) -> dict[str, str]:
    by = Actor.person(manager)
    upload, _ = receive_upload(
        [builders.csv_bytes(builders.rows(2))],
        file_name="acme-secret.csv",
        partner=acme,
        programs=["CEC-DSGS"],
        update_existing=False,
        by=by,
        user=manager,
    )
    run_jobs()
    confirm_upload(upload, by=by)
    run_jobs()
    export = ask_export(acme, user, query="q=home-000001", by=by)
    run_jobs()
    invitation, _ = invite(acme, email="new@acme.example", role=Role.USER, by=by)
    link = connect.link(acme, "acme-secret-link")
    connected = connect.connection(acme, "acme-secret-home", link=link)
    connect.question(connected)
    create_codes(link, ["acme-secret-code"], days=30, by=by)
    photo = store([b"acme-secret"], folder="photos", suffix=".jpg", limit=100)
    DevicePhoto.objects.create(
        session=connected.sessions.get(),
        file=photo.name,
        size=photo.size,
        sha256=photo.sha256,
        created_at=timezone.now(),
    )
    mark_unreachable(acme, "acme-secret@example.com", by=by)
    key, text = create_api_key(acme, name="acme-secret", by=by)
    answer = Client().get("/v1.1/jobs/meters", headers={"Authorization": f"Bearer {text}"})
    hook = create_endpoint(
        acme, receiver_url="https://acme-secret.example/hook", event_types=[event_types()[0].name], by=by
    )
    delivery = WebhookDelivery.objects.create(
        endpoint=hook, webhook_event_id=hook.pk, event_type="acme-secret", event_at=timezone.now(), body="{}"
    )
    intervals, _ = receive_interval_file(
        [b"acme-secret"], file_name="acme-secret.csv", partner=acme, data_type=DataType.LOAD, way=Way.PAGE, by=by
    )
    memory = ColumnMemory.objects.create(partner=acme, fingerprint="acme", headers=["Secret header"])
    return {
        "upload": str(upload.pk),
        "intervals": str(intervals.pk),
        "memory": str(memory.pk),
        "view": str(save_view(acme, user, name="V", query="", is_shared=False, is_default=False).pk),
        "action": str(create_action(acme, manager, kind="archive", meters=None, seen_at=timezone.now(), by=by).pk),
        "draft": str(begin(acme, manager, programs=["CEC-DSGS"], cells={"partner_reference": "acme-draft"}).pk),
        "meter": str(upload.meters.first().pk),  # type: ignore[union-attr]  # the upload made two
        "export": str(export.pk),
        "key": key.pk,
        "request": answer["X-Request-Id"],
        "membership": str(Membership.objects.get(user=manager).pk),
        "invitation": str(invitation.pk),
        "webhook": str(hook.pk),
        "delivery": str(delivery.pk),
        "link": str(link.pk),
        "pairing_code": str(link.pairing_codes.get().pk),
        "host": str(connect.host(acme, "acme-secret.example").pk),
        "connection": str(connected.pk),
        "session": str(connected.sessions.get().pk),
        "point": str(ServicePoint.objects.get().pk),
        "authorization": str(connected.authorizations.get().pk),
        "supplied": str(supplied(connected, signer_name="acme-secret signer").pk),
        "address": str(StoppedAddress.objects.get().pk),
        "erasure": str(CustomerErasure.objects.create(partner=acme, actor={"label": "acme-secret"}, state="done").pk),
    }


@pytest.fixture
def names(db: None, world: dict[str, str]) -> dict[str, str]:
    return world


@pytest.fixture
def acme(names: dict[str, str]) -> Partner:
    return Partner.objects.get(slug="acme")


@pytest.fixture
def manager(names: dict[str, str]) -> User:
    return User.objects.get(email="manager@acme.example")


@pytest.fixture
def user(names: dict[str, str]) -> User:
    return User.objects.get(email="user@acme.example")


@pytest.fixture
def stranger(names: dict[str, str]) -> User:
    return User.objects.get(email="manager@borealis.example")


@pytest.fixture
def staff(names: dict[str, str]) -> User:
    return User.objects.get(email="staff@portal.example")


def path_of(name: str, names: dict[str, str]) -> str:
    from django.urls import reverse

    return reverse(name, kwargs={key: names.get(value, value) for key, value in ROUTES[name][2].items()})


def test_every_route_is_known() -> None:
    ours = {name for route, name in patterns(get_resolver()) if not route.startswith(OF_OTHERS)}

    assert ours == set(ROUTES)


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_signed_out_gets_the_sign_in_or_401(name: str, names: dict[str, str]) -> None:
    who, method, _ = ROUTES[name]

    answer = getattr(Client(), method)(path_of(name, names))

    if who == PUBLIC:
        assert answer.status_code == PUBLIC_ANSWERS[name]
    elif who in {KEY, KEY_OWN}:
        assert answer.status_code == 401
    else:
        assert (answer.status_code, answer.url.split("?")[0]) == (302, "/accounts/login/")


# Answers that say themselves for how long they may be kept: no personal data, or a calendar that subscribes.
KEPT_BY_BROWSERS = {"connect-brand", "connect-button"}


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_nobody_may_keep_an_answer(name: str, names: dict[str, str], client_of: Any, manager: User) -> None:
    who, method, _ = ROUTES[name]
    key = create_api_key(Partner.objects.get(slug="acme"), name="caching", by=Actor.system())[1]
    client, headers = (
        (Client(), {"Authorization": f"Bearer {key}"}) if who in {KEY, KEY_OWN} else (client_of(manager), {})
    )

    said = getattr(client, method)(path_of(name, names), headers=headers)["Cache-Control"]

    assert {"no-store", "private"} <= set(said.split(", ")) or name in KEPT_BY_BROWSERS, said


@pytest.mark.parametrize("name", sorted(name for name, (who, *_) in ROUTES.items() if who not in {KEY, KEY_OWN}))
def test_member_stranger_and_staff(
    name: str, names: dict[str, str], client_of: Any, user: User, manager: User, stranger: User, staff: User
) -> None:
    who, method, _ = ROUTES[name]
    path = path_of(name, names)
    seen = {
        person: getattr(client_of(account), method)(path).status_code
        for person, account in {"stranger": stranger, "staff": staff, "user": user, "manager": manager}.items()
    }

    fine = {200, 301, 302, 400, 422}
    if who == OWN:
        assert seen["stranger"] == 404
        assert seen["staff"] == 403
        assert seen["user"] in fine
        assert seen["manager"] in ({404} if name in GONE_AFTERWARDS else fine)
    elif who == MANAGERS:
        assert seen["user"] == 403
        assert seen["manager"] in fine
        assert seen["stranger"] in ({404} if "pk" in ROUTES[name][2] else fine)
    elif who == MEMBERS:
        assert seen["staff"] == 403
        assert {seen["user"], seen["manager"], seen["stranger"]} <= fine | {404}
    elif who == SIGNED_IN:
        assert set(seen.values()) <= fine
    else:
        assert set(seen.values()) == {PUBLIC_ANSWERS[name]}


def test_people_of_a_partner_that_is_switched_off_get_in_nowhere(
    names: dict[str, str], client_of: Any, acme: Partner, user: User, manager: User
) -> None:
    """Every page of ours that is not public, read or changed, as each of them; it would have let them in before."""
    ours = [(name, method) for name, (who, method, _) in ROUTES.items() if who not in {PUBLIC, KEY, KEY_OWN}]
    clients = {"user": client_of(user), "manager": client_of(manager)}
    assert clients["user"].get("/meters/").status_code == clients["manager"].get("/audit/").status_code == 200
    Partner.objects.filter(pk=acme.pk).update(is_active=False)
    before = (Meter.objects.count(), Membership.objects.count(), Event.objects.count())

    answers = {
        (name, person): getattr(client, method)(path_of(name, names))
        for name, method in ours
        for person, client in clients.items()
        if name != "usersessions_end"  # their own session
    }

    assert {key for key, answer in answers.items() if answer.status_code != 403} == set()
    assert [key for key, answer in answers.items() if b"acme-secret" in answer.content] == []
    assert (Meter.objects.count(), Membership.objects.count(), Event.objects.count()) == before


def test_keys_of_a_partner_that_is_switched_off_open_nothing(
    names: dict[str, str], acme: Partner, api_key: tuple[ApiKey, str]
) -> None:
    headers = {"Authorization": f"Bearer {api_key[1]}"}
    routes = [(name, method) for name, (who, method, _) in ROUTES.items() if who in {KEY, KEY_OWN}]

    def answers() -> dict[str, int]:
        return {
            name: getattr(Client(), method)(path_of(name, names), headers=headers).status_code
            for name, method in routes
        }

    assert 401 not in answers().values()
    Partner.objects.filter(pk=acme.pk).update(is_active=False)
    assert set(answers().values()) == {401}


@pytest.mark.parametrize("name", sorted(name for name, (who, *_) in ROUTES.items() if who != PUBLIC))
def test_what_a_route_asks_the_database_names_its_partner(
    name: str, names: dict[str, str], client_of: Any, acme: Partner, manager: User
) -> None:
    who, method, _ = ROUTES[name]
    key = create_api_key(acme, name="looking", by=Actor.system())[1]
    client, headers = (
        (Client(), {"Authorization": f"Bearer {key}"}) if who in {KEY, KEY_OWN} else (client_of(manager), {})
    )

    with wall(acme) as looking:
        getattr(client, method)(path_of(name, names), headers=headers)

    assert not looking.holes, "\n".join(looking.holes)


def test_stranger_sees_nothing_of_acme_anywhere(names: dict[str, str], client_of: Any, stranger: User) -> None:
    client = client_of(stranger)
    for name, (who, method, _) in ROUTES.items():
        if method == "get" and who not in {KEY, KEY_OWN}:
            answer = client.get(path_of(name, names))
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert b"acme-secret" not in content, name
            assert b"home-000001" not in content, name
    assert client_of(User.objects.get(email="manager@acme.example")).get("/uploads/").content.count(b"acme-secret") == 1


def test_admin_is_for_staff(client_of: Any, manager: User, staff: User) -> None:
    assert client_of(staff).get("/admin/").status_code == 200
    assert client_of(manager).get("/admin/").status_code == 302


def test_stranger_cannot_search_or_filter_into_acme(names: dict[str, str], client_of: Any, stranger: User) -> None:
    client = client_of(stranger)

    for query in (f"q={names['meter']}", "q=home-000001", f"upload={names['upload']}"):
        assert b"San Francisco" not in client.get(f"/meters/?{query}").content
        assert b"home-000001" not in b"".join(client.get(f"/meters/export.csv?{query}").streaming_content)


def test_objects_of_acme_are_there_at_all(names: dict[str, str], api_key: tuple[ApiKey, str]) -> None:
    assert Upload.objects.count() == 1
    assert Meter.objects.filter(upload__isnull=False).count() == 2
    assert Invitation.objects.count() == 1
    answer = Client().get(f"/v2/meters/{names['meter']}", headers={"Authorization": f"Bearer {api_key[1]}"})
    assert answer.status_code == 200
