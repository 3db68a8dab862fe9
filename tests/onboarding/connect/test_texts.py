"""The customers' texts in other languages: all of them are found, and none is left out of a page or an email."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.core import mail
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.translation import gettext, override

from onboarding.apps import texts_are_compiled
from onboarding.connect import texts
from onboarding.connect.choices import SignedAs
from onboarding.connect.models import ConnectSession
from portal.partners.models import Partner
from portal.problems import Problem, problem_kinds
from tests.onboarding.connect.conftest import CAISO, DETAILS, SOUTHERN, Customer, link_for, run_jobs

PSEUDO = "fy"  # a language in which nobody has written anything for us
TEXAS = {"street": "500 Commerce St", "city": "Dallas", "state": "TX", "postal_code": "75202"}


@pytest.fixture
def pseudo(tmp_path: Path) -> Iterator[None]:
    """A language in which every text of ours is in double brackets."""
    made = Catalog(locale=PSEUDO, fuzzy=False)
    for text, _ in texts.texts():
        made.add(text, f"⟦{text}⟧")
    path = tmp_path / PSEUDO / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True)
    compiled = BytesIO()
    write_mo(compiled, made)
    path.write_bytes(compiled.getvalue())
    with override_settings(LOCALE_PATHS=[str(tmp_path)], LANGUAGES=[("en", "English"), (PSEUDO, "Pseudo")]):
        yield


@pytest.fixture
def pseudo_customer(customer: Customer, pseudo: None) -> Customer:
    customer.client = Client(headers={"accept-language": f"{PSEUDO},en;q=0.5"})
    return customer


class Visible(HTMLParser):
    """What people see or hear of a page: its texts and the attributes that are read out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        heard = {"alt", "title", "aria-label", "placeholder"}
        self.texts += [value for name, value in attrs if name in heard and value]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def left_in_english(page: Any, *known: str) -> list[str]:
    """The words of a page outside of double brackets, without what is not ours to translate: `known`."""
    assert page.headers["Content-Language"] == PSEUDO
    text = " ".join(Visible(page.content.decode()).texts)
    return words_outside(text, "English", "Frysk", *known)  # the switch names each language in itself


def words_outside(text: str, *known: str) -> list[str]:
    text = re.sub(r"\s+", " ", text)
    for data in sorted(known, key=len, reverse=True):
        text = text.replace(re.sub(r"\s+", " ", data).strip(), "")
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = shorter
    return re.findall(r"[^\W\d_]{2,}", re.sub(r"\b(?:[A-Z][a-z]{2} \d{1,2}, \d{4}|PDF)\b", "", text))


def data_of(session: ConnectSession) -> list[str]:
    """What a page shows of the catalogue: labels, helps and documents."""
    from onboarding.connect import journey

    asked = journey.information_of(session)
    agreements = journey.agreements_of(session)
    return [
        *(text for info in asked for text in (info.label, info.help_text) if text),
        *(text for agreement in agreements for text in (agreement.title, *agreement.body.split("\n\n"))),
        session.link.shown_name,
        "support@portal.example",
    ]


@pytest.mark.django_db
def test_no_text_of_a_page_is_left_in_english(pseudo_customer: Customer, acme: Partner, client: Client) -> None:
    customer = pseudo_customer
    link = link_for(acme, "NYISO", variant="COMMERCIAL", support_contact="help@acme.example", welcome="Bonjour!")
    names = ["help@acme.example", "Bonjour!", "alex@example.com"]
    pages: dict[str, Any] = {}

    pages["welcome"] = customer.open(link)
    data = [*data_of(customer.session), *names]
    customer.send("welcome")
    pages["about"] = customer.page()
    pages["about, nothing filled in"] = customer.send("about")
    pages["about, filled in wrongly"] = customer.send("about", **{**DETAILS, "email": "x", "postal_code": "x"})
    customer.send("about", **DETAILS)
    pages["agreements"] = customer.page()
    pages["agreements, nothing accepted"] = customer.send("agreements")
    codes = re.findall(r'name="accepted" value="([A-Z0-9_]+)"', pages["agreements"].content.decode())
    customer.send("agreements", accepted=codes, name="Alex Rivera", capacity="COMPANY")
    pages["utility"] = customer.page()
    pages["utility, none"] = customer.send("utility", utility="NOBODY")
    pages["leaving"] = customer.send("utility", utility="LEAP_TEST_NYISO")
    for user_name in ("cancel", "wrong_password", "mfa_failed", "utility_down", "error_after_consent", "success"):
        at_utility = customer.to_sign_in("LEAP_TEST_NYISO")
        pages[user_name] = customer.come_back(customer.demo.sign_in(requests.Session(), at_utility, user_name))
    manage = pages["success"].context["manage"]
    pages["manage"] = customer.client.get(manage)
    running = customer.session.authorizations.get(state="COMPLETED")
    pages["revoke"] = customer.client.post(manage, {"authorization": str(running.pk)})
    customer.client.post(manage, {"authorization": str(running.pk), "confirmed": "1"})
    pages["manage, stopped"] = customer.client.get(manage)
    pages["stopped"] = customer.client.get("/connect/?account=nobody")
    pages["elsewhere"] = customer.client.get(reverse("connect-session", args=["01a22686-21f1-74b2-b576-58dfcbc2f655"]))
    pages["returned"] = customer.client.get(reverse("connect-return") + "?state=forged")
    customer.open(link, "home-2")
    customer.send("welcome")
    customer.send("about", **DETAILS)
    customer.send("agreements", decline="1")
    pages["declined"] = customer.page()
    customer.open(link, "home-3")
    ConnectSession.objects.filter(pk=customer.session.pk).update(last_interaction_at="2026-01-01T00:00Z")
    pages["over"] = customer.page()

    utility = running.utility.name
    said = {name: left_in_english(page, *data, utility, "Alex Rivera") for name, page in pages.items()}
    assert {name: words for name, words in said.items() if words} == {}
    assert "⟦" in pages["welcome"].content.decode()


@pytest.mark.django_db
def test_no_text_of_other_ways_is_left_in_english(pseudo_customer: Customer, acme: Partner) -> None:
    customer, pages = pseudo_customer, {}
    texas = link_for(acme, "ERCOT", variant="COMMERCIAL")
    pages["texas"] = customer.open(texas, "site-1")
    data = data_of(customer.session)
    customer.send("welcome")
    pages["texas, not right"] = customer.send("about", **{**DETAILS, "esi_id": "123"})
    pages["texas, no utility"] = customer.send("about", **{**DETAILS, **TEXAS, "esi_id": "10999990001234567"})
    customer.walk_to_utility(texas, "site-1", **TEXAS, esi_id="10443720001234567")
    pages["texas, done"] = customer.page()
    customer.walk_to_utility(texas, "site-2", **TEXAS)
    pages["texas, without ESI ID"] = customer.page()
    only = link_for(acme, "PJM", variant="COMMERCIAL_AGREEMENTS_ONLY")
    pages["agreements only"] = customer.open(only, "site-3")
    data += data_of(customer.session)
    homes = link_for(acme, utilities=[CAISO, SOUTHERN])
    pages["two utilities"] = customer.open(homes, "home-1")
    data += data_of(customer.session)
    pages["another utility"] = customer.authorize(homes, "success")

    names = [utility.name for utility in pages["two utilities"].context["utilities"]]
    names += ["Oncor", "123", "10999990001234567", "10443720001234567", "94103", "alex@example.com"]
    said = {name: left_in_english(page, *data, *names) for name, page in pages.items()}
    assert {name: words for name, words in said.items() if words} == {}


@pytest.mark.django_db
def test_no_text_of_an_email_is_left_in_english(pseudo_customer: Customer, acme: Partner) -> None:
    customer = pseudo_customer
    page = customer.authorize(link_for(acme, utilities=[CAISO]), "success")
    running = customer.session.authorizations.get()
    manage = page.context["manage"]
    customer.client.post(manage, {"authorization": str(running.pk), "confirmed": "1"})
    run_jobs()

    known = [running.utility.name, acme.name, "Alex Rivera", "support@portal.example", *data_of(customer.session)]
    assert len(mail.outbox) == 3
    for message in mail.outbox:
        body = re.sub(r"https?://\S+", "", message.body)
        assert words_outside(f"{message.subject} {body}", *known) == []


@pytest.mark.django_db
def test_the_partners_pages_stay_in_english(pseudo: None, client_of: Any, manager: Any) -> None:
    client = client_of(manager)

    page = client.get("/connections/", headers={"accept-language": PSEUDO})

    assert "⟦" not in page.content.decode()
    assert '<html lang="en' in page.content.decode()


def test_every_tag_and_call_is_found() -> None:
    """By counting: what templates and code mark for translation, and what the catalogue holds of it."""
    source = texts.settings.BASE_DIR / "templates" / "connect"
    marked = 0
    for folder in ("public", "emails"):
        for path in (source / folder).iterdir():
            marked += len(re.findall(r"{% (?:blocktranslate|translate) ", path.read_text()))
    in_templates = [place for _, place in texts.texts() if place.startswith("templates/")]

    assert len(in_templates) == marked


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% load i18n %}{% translate 'Back' %}", ["Back"]),
        ("{% load i18n %}{% if a %}{% translate 'A' %}{% else %}{% translate 'B' %}{% endif %}", ["A", "B"]),
        ("{% load i18n %}{% for a in b %}{% empty %}{% translate 'C' %}{% endfor %}", ["C"]),
        ("{% load i18n %}{% block x %}{% with a=1 %}{% translate '5 %' %}{% endwith %}{% endblock %}", ["5 %%"]),
        ("{% load i18n %}{% blocktranslate with a=b %}Hi {{ a }}, 5 %{% endblocktranslate %}", ["Hi %(a)s, 5 %%"]),
        ("{% load i18n %}{% translate name %}", []),
    ],
)
def test_texts_of_a_template(source: str, expected: list[str]) -> None:
    assert list(texts.texts_of(source)) == expected


def test_problems_and_roles_of_customers_are_found() -> None:
    known = {text for text, _ in texts.texts()}
    codes = [kind.code for kind in problem_kinds() if texts.is_for_customers(kind)]

    assert {"CONNECT_LINK_UNKNOWN", "ESI_ID_UNUSABLE", "NOT_IN_TEXAS", "CONNECT_FIELD_MISSING"} <= set(codes)
    assert "LINK_TITLE_TAKEN" not in codes
    subject = "You shared your %(utility)s data with %(partner)s"
    assert {"{label} is missing.", "For myself", "Signed by", subject} <= known


def test_problems_and_roles_are_said_in_the_language(pseudo: None) -> None:
    problem = Problem("CONNECT_FIELD_MISSING", "email", context={"label": "Email"})

    with override(PSEUDO):
        said = (problem.text, problem.remedy, str(SignedAs.COMPANY.label), gettext("Back"))

    assert said == ("⟦Email is missing.⟧", "", "⟦For a company⟧", "⟦Back⟧")
    assert (problem.text, str(SignedAs.COMPANY.label)) == ("Email is missing.", "For a company")


def test_the_catalogue_is_up_to_date() -> None:
    call_command("extract_texts", check=True)


def test_a_catalogue_keeps_its_translations(tmp_path: Path) -> None:
    path = texts.write_catalogue("es", tmp_path)
    text = path.read_text()
    assert 'msgid "Continue"\nmsgstr ""' in text
    path.write_text(text.replace('msgid "Continue"\nmsgstr ""', 'msgid "Continue"\nmsgstr "Continuar"'))
    path.write_text(path.read_text() + '\nmsgid "Gone"\nmsgstr "Ido"\n')

    texts.write_catalogue("es", tmp_path)

    kept = read_po(BytesIO(path.read_bytes()), locale="es")
    assert kept["Continue"].string == "Continuar"
    assert "Gone" not in kept
    assert texts.write_catalogue("es", tmp_path).read_bytes() == path.read_bytes()


def test_catalogues_are_compiled_when_they_changed(tmp_path: Path) -> None:
    path = texts.write_catalogue("es", tmp_path)
    path.write_text(path.read_text().replace('msgid "Continue"\nmsgstr ""', 'msgid "Continue"\nmsgstr "Continuar"'))

    assert texts.stale_catalogues(tmp_path) == [path]
    assert [made.name for made in texts.compile_catalogues(tmp_path)] == ["django.mo"]
    assert texts.compile_catalogues(tmp_path) == []

    with override_settings(LOCALE_PATHS=[str(tmp_path)]), override("es"):
        assert gettext("Continue") == "Continuar"


def test_our_own_catalogues_compile(tmp_path: Path) -> None:
    for source in texts.LOCALE.glob("*/LC_MESSAGES/django.po"):
        target = tmp_path / source.relative_to(texts.LOCALE)
        target.parent.mkdir(parents=True)
        target.write_bytes(source.read_bytes())

    assert [made.parts[-3] for made in texts.compile_catalogues(tmp_path)] == ["en", "es"]


def test_texts_that_are_not_compiled_are_told_before_a_release_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert texts_are_compiled() == []
    monkeypatch.setattr(texts.stale_catalogues, "__defaults__", (tmp_path,))
    texts.write_catalogue("es", tmp_path)

    [warning] = texts_are_compiled()

    assert (warning.id, warning.hint) == ("onboarding.W001", "Run: manage.py compile_texts")
    assert "changed since: es." in warning.msg
