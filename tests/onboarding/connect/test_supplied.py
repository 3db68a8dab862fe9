"""Consents that partners collected elsewhere: supplied, downloaded, confirmed, rejected, withdrawn."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from onboarding.connect.choices import ConsentDocument, ConsentState, EndReason
from onboarding.connect.ending import end
from onboarding.connect.ledger import write_granted
from onboarding.connect.links import address_of
from onboarding.connect.models import Authorization, Connection, Consent, SuppliedConsent
from onboarding.connect.pdf_files import read_pdf
from onboarding.connect.queries import consents_to_replace, utilities_in
from onboarding.connect.supplied import confirm_consent, problems_of, reject_consent, withdraw_consent
from onboarding.enrollment.models import CheckRecord
from onboarding.funnel.forms import FunnelForm
from onboarding.funnel.queries import whole_funnel
from onboarding.home.queries import needs_of
from portal.events.models import Event
from portal.partners.models import Partner, User
from portal.problems import Refused
from programs.models import Utility
from tests.onboarding.connect import builders
from tests.onboarding.connect.builders import BY, CAISO_UTILITY
from tests.onboarding.connect.conftest import link_for, notes_of
from tests.onboarding.connect.consents import facts, pdf, pdf_with, pdf_with_packed, supplied

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
ClientOf = Callable[[User], Client]
MOST = 1_000_000


@pytest.fixture(autouse=True)
def on_a_day() -> Any:
    with time_machine.travel("2026-11-20T18:00:00Z", tick=False):
        yield


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def home(acme: Partner) -> Connection:
    return builders.connection(acme, "home-1")


def sent(**changes: Any) -> dict[str, Any]:
    values = {
        "kind": "LOA",
        "utility": str(Utility.objects.get(code=CAISO_UTILITY).pk),
        "account_number": "1234567890",
        "signer_name": "Alex Rivera",
        "signed_on": "2026-11-01",
        "file": SimpleUploadedFile("../../loa\r\n.pdf", pdf(), "application/pdf"),
    }
    return {**values, **changes}


# --- the file


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "PDF_EMPTY"),
        (b"x" * (MOST + 1), "PDF_TOO_LARGE"),
        (b"<script>alert(1)</script>", "PDF_NOT_ONE"),
        (b"\x89PNG\r\n\x1a\n", "PDF_NOT_ONE"),
        (b"GIF89a" + pdf(), "PDF_NOT_ONE"),
        (pdf()[:-40], "PDF_NOT_ONE"),
        (pdf() + b"<html>", "PDF_NOT_ONE"),
        (pdf()[:-6] + b"PK\x05\x06" + b"\0" * 18 + b"%%EOF\n", "PDF_NOT_ONE"),
        (pdf_with(b"/Encrypt 9 0 R "), "PDF_ENCRYPTED"),
        (pdf_with(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >> "), "PDF_ACTIVE"),
        (pdf_with(b"/J#61vaScript (x) "), "PDF_ACTIVE"),
        (pdf_with(b"/Names << /EmbeddedFiles 9 0 R >> "), "PDF_ACTIVE"),
        (pdf_with_packed(b"1 0 << /S /Launch /F (cmd.exe) >>"), "PDF_ACTIVE"),
        (pdf_with_packed(b"\0" * 40_000_000), "PDF_NOT_ONE"),
        (b"%PDF-1.7\n%%EOF", "PDF_WITHOUT_PAGES"),
    ],
)
def test_files_that_are_no_plain_pdf_are_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_pdf([content], most=MOST)

    assert [problem.code for problem in refusal.value.problems] == [code]


def test_a_pdf_is_kept_as_it_came() -> None:
    assert read_pdf([pdf()[:100], pdf()[100:]], most=MOST)[:5] == b"%PDF-"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"account_number": ""}, ["CONSENT_NUMBER_MISSING"]),
        ({"account_number": "", "service_point_number": "SP 1"}, []),
        ({"kind": ConsentDocument.OTHER}, ["CONSENT_TITLE_MISSING"]),
        ({"kind": ConsentDocument.CISR_DRP, "account_number": ""}, ["CONSENT_ACCOUNT_MISSING"]),
        ({"signed_on": date(2026, 11, 21)}, ["CONSENT_SIGNED_LATER"]),
        ({"valid_until": date(2026, 10, 1)}, ["CONSENT_ENDS_BEFORE"]),
        ({"valid_until": date(2026, 11, 19)}, ["CONSENT_HAS_ENDED"]),
        ({"valid_until": date(2026, 11, 20)}, []),
    ],
)
def test_each_document_has_its_required_facts(changes: dict[str, Any], codes: list[str]) -> None:
    assert [problem.code for problem in problems_of(facts(**changes), "CAISO")] == codes


def test_a_cisr_drp_form_is_for_california() -> None:
    codes = [problem.code for problem in problems_of(facts(kind=ConsentDocument.CISR_DRP), "NYISO")]

    assert codes == ["CONSENT_NOT_IN_CALIFORNIA"]


# --- the partner


def test_a_partner_supplies_a_consent(home: Connection, user: User, client_of: ClientOf) -> None:
    client = client_of(user)
    page = client.get(reverse("supplied-consent-new", args=[home.pk]))
    assert page.status_code == 200

    answer = client.post(reverse("supplied-consent-new", args=[home.pk]), sent())

    assert answer.status_code == 302
    row = SuppliedConsent.objects.get()
    assert (row.state, row.signer_name, row.partner_id) == (ConsentState.SUBMITTED, "Alex Rivera", home.partner_id)
    assert notes_of()[-1] == "CONSENT_SUPPLIED"
    line = Consent.objects.get()
    assert (line.verb, line.authorization, line.supplied_consent) == ("supplied", None, row.pk)
    assert line.evidence["sha256"] == row.sha256
    assert Event.objects.filter(verb="suppliedconsent.supplied").count() == 1
    text = client.get(reverse("connection", args=[home.pk])).content.decode()
    assert "Under review" in text
    assert "Supplied for" in text
    ledger = b"".join(client.get(reverse("connection-consents", args=[home.pk]))).decode()  # type: ignore[arg-type]  # a stream
    assert row.sha256 in ledger
    assert str(row.pk) in ledger


def test_the_document_is_downloaded_and_never_shown(home: Connection, user: User, client_of: ClientOf) -> None:
    row = supplied(home)

    answer = client_of(user).get(reverse("supplied-consent-file", args=[home.pk, row.pk]))

    assert answer["Content-Disposition"].startswith('attachment; filename="loa-2026-11-01-')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]
    assert b"".join(answer).startswith(b"%PDF-")  # type: ignore[arg-type]  # a stream


def test_what_is_wrong_is_said_at_the_field_and_nothing_is_kept(
    home: Connection, user: User, client_of: ClientOf, tmp_path: Path
) -> None:
    bad = SimpleUploadedFile("loa.pdf", b"<script>alert(1)</script>", "application/pdf")

    answer = client_of(user).post(reverse("supplied-consent-new", args=[home.pk]), sent(file=bad))

    assert answer.status_code == 422
    assert "The file is not a complete PDF." in answer.content.decode()
    assert not SuppliedConsent.objects.exists()
    assert not Consent.objects.exists()
    assert not list((tmp_path / "consents").glob("*"))


def test_the_same_file_is_taken_once(home: Connection, tmp_path: Path) -> None:
    row, content = supplied(home, content=(same := pdf("the same"))), same

    with pytest.raises(Refused) as refusal:
        supplied(home, content=content)

    assert refusal.value.problems[0].code == "CONSENT_SUPPLIED_ALREADY"
    assert len(list((tmp_path / "consents").glob("*.pdf"))) == 1
    withdraw_consent(row, by=BY)
    assert supplied(home, content=content).state == ConsentState.SUBMITTED


def test_another_partner_sees_nothing(home: Connection, stranger: User, client_of: ClientOf) -> None:
    row, client = supplied(home), client_of(stranger)

    assert client.get(reverse("supplied-consent-new", args=[home.pk])).status_code == 404
    assert client.get(reverse("supplied-consent-file", args=[home.pk, row.pk])).status_code == 404
    assert client.post(reverse("supplied-consent-withdraw", args=[home.pk, row.pk])).status_code == 404


def test_a_customer_is_added_with_a_consent(acme: Partner, user: User, client_of: ClientOf) -> None:
    client = client_of(user)
    assert client.get(reverse("supplied-customer-new")).status_code == 200
    assert client.get(reverse("supplied-customer-new") + "?region=CAISO").status_code == 200
    more = {"region": "CAISO", "reference": "paper-1", "customer_email": "alex@example.com"}

    answer = client.post(reverse("supplied-customer-new"), sent(**more))

    connection = Connection.objects.get(reference="paper-1")
    assert answer.url == reverse("connection", args=[connection.pk])  # type: ignore[attr-defined]  # a redirect
    assert client.get(answer.url).status_code == 200  # type: ignore[attr-defined]  # a redirect
    assert client.get(reverse("connections")).status_code == 200
    assert b"paper-1" in b"".join(client.get(reverse("connections-export")))  # type: ignore[arg-type]  # a stream
    again = client.post(reverse("supplied-customer-new"), sent(**more))
    assert again.status_code == 422
    assert "You already have a customer" in again.content.decode()


def test_the_funnel_counts_such_a_customer_once_they_open_a_link(
    acme: Partner, user: User, client_of: ClientOf, client: Client
) -> None:
    client_of(user).post(reverse("supplied-customer-new"), sent(region="CAISO", reference="paper-1"))
    form = FunnelForm({}, partner=acme)
    assert form.is_valid()
    assert whole_funnel(form.scope).opened == 0

    client.get(address_of(link_for(acme), reference="paper-1", site="http://testserver"))

    assert whole_funnel(form.scope).opened == 1


def test_a_consent_is_withdrawn_after_a_question(home: Connection, user: User, client_of: ClientOf) -> None:
    row, client = supplied(home), client_of(user)
    address = reverse("supplied-consent-withdraw", args=[home.pk, row.pk])

    assert b"Withdraw consent?" in client.post(address).content
    client.post(address, {"confirmed": "1"})
    client.post(address, {"confirmed": "1"})

    row.refresh_from_db()
    assert row.state == ConsentState.WITHDRAWN
    assert [line.verb for line in Consent.objects.all()] == ["supplied", "withdrawn"]


# --- staff


def page_of(row: SuppliedConsent) -> str:
    return reverse("admin:onboarding_suppliedconsent_change", args=[row.pk])


def test_staff_confirm_once_and_the_second_is_told(
    home: Connection, user: User, staff: User, client_of: ClientOf, run_jobs: Any
) -> None:
    row, client = supplied(home), client_of(staff)
    assert b"home-1" in client.get(reverse("admin:onboarding_suppliedconsent_changelist")).content
    assert b"Confirm consent" in client.get(page_of(row)).content
    assert client.get(reverse("admin:supplied-consent-document", args=[row.pk])).status_code == 200

    first = client.post(page_of(row), {"confirm": "1"})
    second = client.post(page_of(row), {"confirm": "1"})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "no longer under review" in second.content.decode()
    row.refresh_from_db()
    assert (row.state, row.decided_by) == (ConsentState.CONFIRMED, staff.name)
    assert [line.verb for line in Consent.objects.all()] == ["supplied", "confirmed"]
    assert notes_of()[-1] == "CONSENT_CONFIRMED"
    assert Event.objects.filter(verb="suppliedconsent.confirmed").count() == 1
    run_jobs()
    assert [message.to for message in mail.outbox if "consent" in message.subject] == [[user.email]]
    assert not CheckRecord.objects.exists()  # no meter is authorized by a document


def test_a_rejected_consent_is_to_be_corrected_until_another_is_supplied(
    home: Connection, user: User, staff: User, client_of: ClientOf
) -> None:
    row = supplied(home)
    assert client_of(staff).post(page_of(row), {"reject": "1", "reason": " "}).status_code == 422

    client_of(staff).post(page_of(row), {"reject": "1", "reason": "The <b>second</b> page is missing."})

    assert [consent.pk for consent in needs_of(home.partner).consents] == [row.pk]
    text = client_of(user).get("/").content.decode()
    assert "The &lt;b&gt;second&lt;/b&gt; page is missing." in text
    assert notes_of()[-1] == "CONSENT_REJECTED"
    supplied(home, content=pdf("both pages"))
    assert not needs_of(home.partner).consents


def test_a_rejected_consent_waits_until_one_that_stands_replaces_it(home: Connection) -> None:
    with time_machine.travel("2026-11-20T17:00:00Z", tick=False):
        first, second = supplied(home), supplied(home, content=pdf("other"))
    reject_consent(first, "Not signed", by=BY)
    assert list(consents_to_replace(home.partner)) == [first]  # the second was supplied before it was rejected

    withdraw_consent(second, by=BY)
    third = supplied(home, content=pdf("third"))
    assert not consents_to_replace(home.partner)

    withdraw_consent(third, by=BY)
    assert list(consents_to_replace(home.partner)) == [first]


def test_the_ledger_says_whose_doing_it_was_and_through_which_day(
    home: Connection, user: User, staff: User, client_of: ClientOf
) -> None:
    client = client_of(user)
    address = reverse("supplied-consent-new", args=[home.pk])
    client.post(address, sent(valid_until="2027-01-01") | {"file": SimpleUploadedFile("loa.pdf", pdf())})
    row = SuppliedConsent.objects.get()
    client_of(staff).post(page_of(row), {"confirm": "1"})
    given = builders.authorization(home, ends_at=datetime(2027, 11, 21, 8, tzinfo=UTC))
    write_granted(given, address="")
    end(given, EndReason.EXPIRED)

    page = client.get(reverse("connection", args=[home.pk])).content.decode()
    lines = re.findall(r"</span> ([^<]+)</li>", page)

    utility = Utility.objects.get(code=CAISO_UTILITY).name
    assert f"Supplied for {utility} by {user.name}, until Jan 1, 2027" in lines
    assert f"Confirmed for {utility} by Leap, until Jan 1, 2027" in lines
    assert f"Granted at {utility}, until Nov 20, 2027" in lines
    assert f"Ended at {utility}: Expired" in lines
    assert Consent.objects.get(verb="ended").valid_to == Authorization.objects.get().ended_at


def test_a_document_says_its_kind_and_its_name(home: Connection) -> None:
    kinds = [
        (ConsentDocument.LOA, "", "Letter of authorization (LOA)"),
        (ConsentDocument.LOA, "Carta", "Letter of authorization (LOA): Carta"),
        (ConsentDocument.OTHER, "Carta", "Carta"),
    ]

    assert [SuppliedConsent(kind=kind, title=title).document for kind, title, _ in kinds] == [
        said for *_, said in kinds
    ]


def test_a_consent_is_for_utilities_that_serve_the_region(acme: Partner, home: Connection) -> None:
    offered = {utility.code for utility in utilities_in("CAISO", acme)}

    elsewhere = {utility.code for utility in Utility.objects.exclude(states=[]) if "CA" not in utility.states}
    assert {"PGE", "SCE", "SDGE"} <= offered
    assert elsewhere
    assert not elsewhere & offered


def test_what_has_ended_meanwhile_is_not_confirmed(home: Connection) -> None:
    row = supplied(home, valid_until=date(2026, 11, 20))

    with time_machine.travel("2026-11-22T18:00:00Z"), pytest.raises(Refused) as refusal:
        confirm_consent(row, by=BY)

    assert refusal.value.problems[0].code == "CONSENT_HAS_ENDED"


def test_nobody_rejects_what_was_withdrawn(home: Connection) -> None:
    row = supplied(home)
    withdraw_consent(row, by=BY)

    with pytest.raises(Refused) as refusal:
        reject_consent(row, "Too late", by=BY)

    assert refusal.value.problems[0].code == "CONSENT_DECIDED_ALREADY"


def test_the_queue_is_for_staff(home: Connection, manager: User, client_of: ClientOf) -> None:
    row, client = supplied(home), client_of(manager)

    for address in (page_of(row), reverse("admin:supplied-consent-document", args=[row.pk])):
        assert client.get(address).status_code == 302
        assert client.post(address, {"confirm": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.state == ConsentState.SUBMITTED
