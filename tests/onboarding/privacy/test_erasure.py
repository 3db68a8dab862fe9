"""A customer who is erased is in no table and in no file any more, but for the evidence; nobody else loses anything."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from django.apps import apps
from django.db.models import JSONField, TextField
from django.test import Client
from django.urls import reverse

from onboarding.connect import collect
from onboarding.connect.customer_emails import manage_path
from onboarding.connect.models import Authorization, ConnectLink, Consent, Signature
from onboarding.enrollment.models import ParticipationPeriod
from onboarding.meter_form.models import MeterDraft
from onboarding.meters.models import Meter
from onboarding.meters.search.queries import search
from onboarding.portfolio.exports.domain import ask_export
from onboarding.privacy import domain
from onboarding.privacy.customer import belonging, customer_of
from onboarding.privacy.domain import ask_erasure, what_is_held
from onboarding.privacy.mentions import QUOTING
from onboarding.privacy.models import CustomerErasure, ErasureState
from onboarding.privacy.places import INTERVALS, KEPT, PLACES
from onboarding.uploads.models import Upload, UploadRow
from portal.events.actors import Actor
from portal.events.chain import check_log
from portal.events.relay import publish_settled
from portal.jobs.models import Job
from portal.partners.models import Partner, User
from portal.problems import Refused
from portal.webhooks.domain import create_endpoint
from portal.webhooks.fan_out import FanOut
from portal.webhooks.models import WebhookDelivery
from tests.builders import row, xlsx
from tests.onboarding.connect.conftest import Customer
from tests.onboarding.privacy.conftest import EMAIL, NAME, REFERENCE, details, found_in_files, found_in_tables, texts_in

pytestmark = pytest.mark.django_db
# The evidence of consents, and what the job needs until it is over.
EVIDENCE = {"onboarding_consent", "onboarding_signature"}


def test_nothing_but_evidence_is_left(
    acme: Partner,
    manager: User,
    client_of: Callable[[User], Client],
    in_upload: Upload,
    link: ConnectLink,
    customer: Customer,
    run_jobs: Callable[[], int],
    tmp_path: Path,
) -> None:
    by = Actor.person(manager)
    create_endpoint(acme, receiver_url="https://a.example/", event_types=["meter.created"], by=by)
    came_through_connect(customer, link)
    run_jobs()
    collect.queue_due()
    run_jobs()
    publish_settled()
    fan_out = FanOut()
    fan_out.advance(fan_out.behind())
    assert WebhookDelivery.objects.exists()
    MeterDraft.objects.create(partner=acme, user=manager, is_saved=True, cells={"customer.end_customer_email": EMAIL})
    export = ask_export(acme, manager, query="", by=by)
    run_jobs()
    export.refresh_from_db()
    mine = Meter.objects.get(partner=acme, partner_reference=REFERENCE, created_by="PARTNER")
    before = found_in_tables()
    assert {"onboarding_meter", "onboarding_uploadrow", "onboarding_connectsession", "portal_event"} <= before.keys()
    assert len(before) >= 11

    meters, connections = belonging(acme, [mine.pk], [])
    promised, _ = what_is_held(customer_of(acme, [m.pk for m in meters], [c.pk for c in connections]))
    assert (meters.count(), connections.count()) == (2, 1)
    authorizations = list(Authorization.objects.filter(connection__in=connections).values_list("pk", flat=True))
    chosen = set(meters.values_list("pk", flat=True))
    others = {*Meter.objects.exclude(pk__in=chosen).values_list("pk", "version", "customer_name")}
    page = client_of(manager).post(
        reverse("privacy-erase"),
        {"meter": [m.pk for m in meters], "connection": [c.pk for c in connections], "word": "erase"},
        follow=True,
    )
    run_jobs()

    erasure = CustomerErasure.objects.get()
    assert page.redirect_chain[-1][0] == reverse("erasure", args=[erasure.pk])
    assert (erasure.state, erasure.marks) == (ErasureState.DONE, {})
    assert erasure.counts == {kind.what: kind.rows for kind in promised}
    assert set(found_in_tables()) <= EVIDENCE
    signed = {Path(name).name for name in Signature.objects.values_list("file", flat=True)}
    assert set(found_in_files(tmp_path / "media")) <= signed
    assert Consent.objects.filter(verb="ended").exists()
    assert {*Meter.objects.exclude(pk__in=erasure.meters).values_list("pk", "version", "customer_name")} == others
    assert not check_log().findings
    client, session = client_of(manager), Authorization.objects.get(pk__in=authorizations).session
    for path in (
        *(reverse("connection", args=[pk]) for pk in erasure.connections),
        reverse("home"),
        reverse("connections"),
    ):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "quilby" not in answer.content.decode().lower().replace("zelda quilby authorized", "")
    assert Client().get(manage_path(session)).status_code == 200


def came_through_connect(customer: Customer, link: ConnectLink) -> None:
    """The customer walks through a link, authorizes, and the utility's data arrives."""
    customer.walk_to_utility(link, REFERENCE, **details())
    customer.come_back(customer.demo.sign_in(requests.Session(), customer.to_sign_in(), "success"))
    assert Authorization.objects.filter(connection__reference=REFERENCE, ended_at=None).exists()


def test_every_column_that_can_hold_words_is_accounted_for() -> None:
    """A new model with a text or JSON column is erased, kept, searched for quotes, or says nothing of customers."""
    known = {place.model for place in (*PLACES, *KEPT, INTERVALS)} | {quoting.model for quoting in QUOTING}
    open_ended = {
        model
        for model in apps.get_models()
        if model._meta.app_label in {"portal", "onboarding"}
        and any(isinstance(field, TextField | JSONField) for field in model._meta.concrete_fields)
    }
    assert open_ended - known == {apps.get_model(name) for name in NOTHING_OF_CUSTOMERS}


NOTHING_OF_CUSTOMERS = {
    "portal.KeptAnswer": "encrypted, and gone within 24 hours; the page says so",
    "portal.ApiKey": "what a key may do",
    "portal.Horizon": "numbers of transactions",
    "portal.LogCheck": "numbers of entries and seals",
    "portal.Finding": "a note of our staff about the log",
    "portal.WebhookEndpoint": "the partner's own software",
    "portal.WebhookAttempt": "goes with its delivery",
    "onboarding.ConnectLink": "what a link offers to everybody",
    "onboarding.FeedIntake": "goes with its feed",
    "onboarding.MeterText": "written anew with its meter",
    "onboarding.CustomerErasure": "IDs; its marks are emptied at the end",
    "onboarding.UploadEdit": "goes with its row",
}


def test_other_meters_with_the_same_account_lose_nothing(
    acme: Partner, manager: User, catalogue: None, send: Any, commit: Any, run_jobs: Callable[[], int]
) -> None:
    shared = {"utility__utility_name": "PGE", "utility__electric_service_account_number": "5551234567"}
    commit(send(acme, xlsx([row(1, **shared), row(2, **shared)])))
    first, second = Meter.objects.order_by("partner_reference")
    assert first.account_key == second.account_key != ""

    ask_erasure(acme, manager, meters=[first.pk], connections=[], with_intervals=False, by=Actor.person(manager))
    run_jobs()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.account_number, first.is_archived) == ("", True)
    assert (second.account_number, second.version, second.is_archived) == ("5551234567", 1, False)
    assert [line.partner_reference for line in UploadRow.objects.all()] == [second.partner_reference]


def test_customer_whose_words_have_the_others_in_them_loses_nothing(
    acme: Partner, manager: User, catalogue: None, send: Any, commit: Any, run_jobs: Callable[[], int]
) -> None:
    email, longer = "lee.quilby@mail.example", "ash.lee.quilby@mail.example"
    lines = [
        row(1, customer__end_customer_email=email, customer__street_1="12 Quilby Street"),
        row(2, customer__end_customer_email=longer, customer__street_1="112 Quilby Street"),
    ]
    commit(send(acme, xlsx(lines)))
    cells = {"customer.end_customer_email": longer, "customer.street_1": "112 Quilby Street"}
    draft = MeterDraft.objects.create(partner=acme, user=manager, is_saved=True, cells=cells)
    first, second = Meter.objects.order_by("partner_reference")

    erase(acme, manager, first)
    run_jobs()

    second.refresh_from_db()
    assert (second.street, second.version) == ("112 Quilby Street", 1)
    assert [line.meter_id for line in UploadRow.objects.all()] == [second.pk]
    assert MeterDraft.objects.get().cells == draft.cells


def test_erased_meter_keeps_its_id_and_what_tells_of_nobody(
    acme: Partner, manager: User, in_upload: Upload, run_jobs: Callable[[], int], client_of: Callable[[User], Client]
) -> None:
    meter = Meter.objects.get(partner_reference=REFERENCE)
    was = Meter.objects.get(pk=meter.pk)
    assert Meter.objects.filter(search(acme, "Quilby"), partner=acme).count() == 1

    erased = erase(acme, manager, meter)
    run_jobs()

    meter.refresh_from_db()
    assert (meter.state, meter.device_type, meter.load_types) == (was.state, was.device_type, was.load_types)
    assert meter.partner_reference == f"erased-{meter.pk}"
    assert (meter.customer_name, meter.street, meter.city, meter.postal_code, meter.serial_number) == ("",) * 5
    assert meter.data["device"].get("nominal_power_kw") == was.data["device"].get("nominal_power_kw")
    assert not Meter.objects.filter(search(acme, "Quilby"), partner=acme).exists()
    assert ParticipationPeriod.objects.get(meter=meter).preference == "DISENROLL"
    client = client_of(manager)
    for path in (
        reverse("meter", args=[meter.pk]),
        reverse("upload", args=[in_upload.pk]),
        reverse("upload-receipt-page", args=[in_upload.pk]),
        reverse("erasure", args=[erased.pk]),
        reverse("audit"),
        reverse("meters") + "?archived=only",
    ):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "quilby" not in answer.content.decode().lower()


def erase(partner: Partner, manager: User, *meters: Meter) -> CustomerErasure:
    keys = [meter.pk for meter in meters]
    return ask_erasure(partner, manager, meters=keys, connections=[], with_intervals=False, by=Actor.person(manager))


def test_upload_says_what_was_erased_and_keeps_its_counts(
    acme: Partner, manager: User, in_upload: Upload, run_jobs: Callable[[], int]
) -> None:
    counts = dict(in_upload.counts)
    erase(acme, manager, Meter.objects.get(partner_reference=REFERENCE))
    run_jobs()

    in_upload.refresh_from_db()
    assert (in_upload.counts, in_upload.stored_name) == (counts, "")
    assert in_upload.facts["erased_rows"] == 2  # the one that became a meter, and the one that never did
    assert in_upload.rows.count() == 2
    assert in_upload.file_name == "XXXXX and others.xlsx"


def test_open_upload_is_finished_first(
    acme: Partner, manager: User, in_upload: Upload, send: Any, client_of: Callable[[User], Client]
) -> None:
    send(acme, xlsx([row(20, customer__end_customer_email=EMAIL)]), name="waiting.xlsx")
    meter = Meter.objects.get(partner_reference=REFERENCE)

    with pytest.raises(Refused) as refused:
        erase(acme, manager, meter)
    page = client_of(manager).post(reverse("privacy-erase"), {"meter": meter.pk})

    assert [problem.code for problem in refused.value.problems] == ["ERASURE_UPLOAD_OPEN"]
    assert "waiting.xlsx" in page.content.decode()
    assert 'name="word"' not in page.content.decode()
    assert not CustomerErasure.objects.exists()


@pytest.mark.parametrize("step", range(0, len(PLACES), 5))
def test_killed_erasure_goes_on(
    acme: Partner,
    manager: User,
    in_upload: Upload,
    run_jobs: Callable[[], int],
    step: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    erased = erase(acme, manager, Meter.objects.get(partner_reference=REFERENCE))
    take, taken = domain._take, []

    def dies_once(*args: Any) -> None:
        taken.append(args[0])
        if len(taken) == step + 1:
            raise KeyboardInterrupt
        take(*args)

    monkeypatch.setattr(domain, "_take", dies_once)
    with pytest.raises(KeyboardInterrupt):
        run_jobs()
    Job.objects.filter(kind=domain.ERASE).update(lease_until="2020-01-01T00:00:00Z")
    run_jobs()

    erased.refresh_from_db()
    assert erased.state == ErasureState.DONE
    assert erased.counts["Meters"] == 1
    assert found_in_tables() == {}


def test_erasure_that_cannot_go_on_is_taken_up_again(
    acme: Partner,
    manager: User,
    in_upload: Upload,
    run_jobs: Callable[[], int],
    client_of: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    erased = erase(acme, manager, Meter.objects.get(partner_reference=REFERENCE))
    monkeypatch.setattr(domain, "_take", lambda *_: 1 / 0)
    run_jobs()
    client, page = client_of(manager), reverse("erasure", args=[erased.pk])
    assert "stopped partway" in client.get(page).content.decode()
    monkeypatch.undo()

    client.post(reverse("erasure-again", args=[erased.pk]))
    run_jobs()

    assert "is erased" in client.get(page).content.decode()
    assert found_in_tables() == {}


def test_word_is_asked_for(
    acme: Partner, manager: User, in_upload: Upload, client_of: Callable[[User], Client]
) -> None:
    meter = Meter.objects.get(partner_reference=REFERENCE)

    page = client_of(manager).post(reverse("privacy-erase"), {"meter": meter.pk, "word": "yes"})

    assert page.status_code == 422
    assert "Enter the word erase to confirm." in page.content.decode()
    assert not CustomerErasure.objects.exists()


def test_customer_is_found_and_copied(
    acme: Partner, manager: User, in_upload: Upload, client_of: Callable[[User], Client]
) -> None:
    client, meter = client_of(manager), Meter.objects.get(partner_reference=REFERENCE)
    for text in (EMAIL, "Zelda Quil", REFERENCE, "77 quilby"):
        assert f"?meter={meter.pk}" in client.get(reverse("privacy"), {"q": text}).content.decode()
    assert str(meter.pk) in client.get(reverse("privacy-customer"), {"meter": meter.pk}).content.decode()

    answer = client.post(reverse("privacy-held"), {"meter": meter.pk})

    files = texts_in(b"".join(answer.streaming_content))  # type: ignore[attr-defined]  # a streamed answer
    assert json.loads(files["meters.json"])[0]["customer_name"] == NAME
    assert {line["partner_reference"] for line in json.loads(files["rows-of-uploads.json"])} == {REFERENCE, "quilby-2"}
    assert "2 Main Street" not in "".join(files.values())  # nobody else's


def test_nothing_of_another_partner_is_found(
    acme: Partner, borealis: Partner, stranger: User, in_upload: Upload, client_of: Callable[[User], Client]
) -> None:
    meter, client = Meter.objects.get(partner_reference=REFERENCE), client_of(stranger)
    assert REFERENCE not in client.get(reverse("privacy"), {"q": EMAIL}).content.decode()
    assert client.get(reverse("privacy-customer"), {"meter": meter.pk}).status_code == 404
    assert customer_of(borealis, [meter.pk], []).meters == ()
    for name in ("privacy-held", "privacy-erase"):
        answer = client.post(reverse(name), {"meter": meter.pk, "word": "erase"}, follow=True)
        assert REFERENCE not in answer.content.decode()
    assert not CustomerErasure.objects.exists()
