"""Customers who read Spanish: how a page's language is chosen and kept, what they sign, and what is written to them."""

import re
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from babel.messages.pofile import read_po
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from onboarding.connect import journey, languages, links, texts
from onboarding.connect.choices import EndReason, SignedAs
from onboarding.connect.ending import end
from onboarding.connect.models import Authorization, ConnectLink, Consent, Signature
from portal.events.models import Event
from portal.notifications.models import EmailMessage
from portal.partners.models import Partner, User
from portal.problems import Problem, problem_kinds
from programs.models import Agreement, RequiredInformation
from tests.onboarding.connect import builders as make
from tests.onboarding.connect.conftest import CAISO, DETAILS, SOUTHERN, Customer, link_for, run_jobs
from tests.onboarding.connect.test_documents import Written

TEXAS = {"street": "500 Commerce St", "city": "Dallas", "state": "TX", "postal_code": "75202"}
_PLACES = re.compile(r"%\(\w+\)s|\{\w+\}")
# What a friend would be told: a customer is told usted.
_FAMILIAR = re.compile(r"\b(tú|tu|tus|te|ti|contigo|puedes|tienes|eres|haz|elige|escribe|abre|firma tu)\b", re.I)


def spanish_texts() -> dict[str, str]:
    catalogue = read_po(BytesIO((texts.LOCALE / "es/LC_MESSAGES/django.po").read_bytes()), locale="es")
    return {str(message.id): str(message.string) for message in catalogue if message.id}


def language_of(page: Any) -> str:
    """Of a page: by its html element, which agrees with its header."""
    [said] = re.findall(r'<html lang="([\w-]+)"', page.content.decode())
    assert page.headers["Content-Language"] == said
    return str(said)


@pytest.fixture
def spanish(customer: Customer) -> Customer:
    """A customer whose browser asks for Spanish."""
    customer.client = Client(headers={"accept-language": "es-MX,es;q=0.9,en;q=0.5"})
    return customer


# --- the catalogue


def test_each_text_is_translated() -> None:
    same = {text for text, said in spanish_texts().items() if said == text}

    assert [text for text, said in spanish_texts().items() if not said] == []
    assert same == {"Error:", "Leap Connect", "No"}  # which are the same in Spanish


def test_translations_have_the_places_of_their_texts() -> None:
    places = {text: (_PLACES.findall(text), _PLACES.findall(said)) for text, said in spanish_texts().items()}

    assert {text: pair for text, pair in places.items() if sorted(set(pair[0])) != sorted(set(pair[1]))} == {}


def test_customers_are_addressed_as_usted() -> None:
    assert [said for said in spanish_texts().values() if _FAMILIAR.search(said)] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("catalogue")
def test_what_the_seed_asks_and_has_signed_is_in_spanish() -> None:
    asked = RequiredInformation.objects.all()
    agreements = Agreement.objects.all()

    assert [row for row in asked if not row.label_es or bool(row.help_text) != bool(row.help_text_es)] == []
    assert [row for row in agreements if row.in_language("es").language != "es" or row.verified_es] == []
    assert [row for row in agreements if len(row.body_es.split("\n\n")) != len(row.body.split("\n\n"))] == []
    said = [text for row in agreements for text in (row.title_es, row.body_es)]
    said += [text for row in asked for text in (row.label_es, row.help_text_es)]
    assert [text for text in said if _FAMILIAR.search(text) or "{" in text] == []


def test_each_problem_of_customers_is_said_in_spanish() -> None:
    kinds = [kind for kind in problem_kinds() if texts.is_for_customers(kind)]
    known = spanish_texts()
    with override("es"):
        said = {kind.code: (Problem(kind.code).text, Problem(kind.code).remedy) for kind in kinds}

    assert len(kinds) > 15
    for kind in kinds:
        blank = [_PLACES.sub("", known[text]) if text else "" for text in (kind.text, kind.remedy)]
        assert said[kind.code] == tuple(blank), kind.code


# --- which language it is


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "chosen", "browser", "spoken"),
    [
        ("", "", "", "en"),
        ("", "", "es", "es"),
        ("", "", "es-419,en;q=0.8", "es"),
        ("", "", "fr,de;q=0.5", "en"),
        ("", "es", "en-US", "es"),
        ("", "en", "es", "en"),
        ("es", "en", "en-US", "es"),
        ("es-MX", "", "en-US", "es"),
        ("ES", "", "en-US", "es"),
        ("en", "", "es", "en"),
        ("xx", "", "es", "es"),
        ("xx", "es", "en", "es"),
        ("e" * 5000, "", "en", "en"),
        ("es\0", "", "en", "en"),
    ],
)
def test_address_goes_before_choice_and_choice_before_browser(
    connected: Any, link: ConnectLink, address: str, chosen: str, browser: str, spoken: str
) -> None:
    client = Client(headers={"accept-language": browser} if browser else {})
    if chosen:
        client.cookies["language"] = chosen
    query = {"account": "acme", "link": link.title, "refId": "home-1"} | ({"lang": address} if address else {})

    page = client.get("/connect/", query, follow=True)
    if "\0" in address:
        assert page.status_code == 400
        return

    assert language_of(page) == spoken
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in page.headers["Vary"].split(",")}


@pytest.mark.django_db
def test_session_keeps_its_language(customer: Customer, link: ConnectLink) -> None:
    customer.open(link, lang="es")
    customer.client.cookies.pop("language")

    assert language_of(customer.page()) == "es"
    assert customer.session.language == "es"


@pytest.mark.django_db
def test_link_that_names_a_language_changes_that_of_an_open_session(customer: Customer, link: ConnectLink) -> None:
    first = customer.open(link)
    again = customer.open(link, lang="es")

    assert (language_of(first), language_of(again)) == ("en", "es")
    assert customer.session.language == "es"
    assert journey.ConnectSession.objects.count() == 1


@pytest.mark.django_db
def test_older_address_may_name_a_language(customer: Customer, link: ConnectLink) -> None:
    page = customer.client.get(reverse("connect-by-title", args=["acme", link.title]), {"lang": "es"}, follow=True)

    assert language_of(page) == "es"


@pytest.mark.django_db
def test_language_goes_to_the_end_only_where_the_link_named_it(customer: Customer, acme: Partner) -> None:
    links.allow_host(acme, "www.acme.example", by=make.BY)
    link = link_for(acme, utilities=[CAISO], final_redirect="https://www.acme.example/end")

    ends = []
    for reference, more in (("home-1", {"lang": "es"}), ("home-2", {})):
        customer.open(link, reference, **more)
        customer.client.get(reverse("connect-session", args=[customer.session.pk]), {"lang": "es"})
        page = customer.authorize(link, "success", reference=reference)
        assert language_of(page) == "es"
        ends.append(dict(parse_qsl(urlsplit(page.context["next_url"]).query)))

    assert ends == [{"refId": "home-1", "lang": "es"}, {"refId": "home-2"}]


@pytest.mark.django_db
def test_what_is_begun_again_is_in_the_language_chosen_last(customer: Customer, link: ConnectLink) -> None:
    customer.open(link, lang="es", campaign="fall")
    customer.client.get(reverse("connect-session", args=[customer.session.pk]), {"lang": "en"})
    journey.decline(customer.session)

    page = customer.page()

    again = dict(parse_qsl(urlsplit(page.context["again"]).query))
    assert (language_of(page), again["lang"], again["campaign"]) == ("en", "en", "fall")


# --- the switch


@pytest.mark.django_db
def test_details_that_were_typed_are_kept_when_the_language_is_switched(customer: Customer, link: ConnectLink) -> None:
    customer.open(link)
    customer.send("welcome")
    page = customer.page().content.decode()
    assert '<button form="step" name="language" value="es" lang="es">Español</button>' in page
    assert '<span lang="en" aria-current="true">English</span>' in page

    switched = customer.send("about", language="es", customer_name="Ana Núñez", email="not yet", postal_code="")

    text = switched.content.decode()
    assert (switched.status_code, language_of(switched)) == (200, "es")
    assert 'value="Ana Núñez"' in text
    assert 'value="not yet"' in text
    assert "Su nombre" in text
    assert "Código postal" in text
    assert "Hay un problema" not in text
    assert (customer.session.step, customer.session.answers) == ("about", {})
    assert language_of(customer.page()) == "es"


@pytest.mark.django_db
def test_signature_that_was_begun_is_kept_when_the_language_is_switched(customer: Customer, acme: Partner) -> None:
    customer.open(link_for(acme, "NYISO", variant="COMMERCIAL"))
    customer.send("welcome")
    customer.send("about", **DETAILS)

    given = {"accepted": ["DATA_SHARING_NYISO"], "name": "Ana Núñez", "capacity": "COMPANY"}
    switched = customer.send("agreements", language="es", **given).content.decode()

    assert 'value="DATA_SHARING_NYISO" id="field-DATA_SHARING_NYISO" checked' in switched
    assert 'value="DR_PARTICIPATION_NYISO" id="field-DR_PARTICIPATION_NYISO">' in switched
    assert 'value="Ana Núñez"' in switched
    assert 'value="COMPANY" id="capacity-COMPANY" checked' in switched
    assert "Acuerdo para compartir los datos de su compañía eléctrica" in switched
    assert not Signature.objects.exists()


@pytest.mark.django_db
def test_switch_leads_back_to_the_step_that_is_shown(customer: Customer, link: ConnectLink) -> None:
    customer.walk_to_utility(link)

    for step in ("welcome", "utility"):
        page = customer.page(step=step)
        [address] = re.findall(r'<a href="([^"]+)" hreflang="es" lang="es">Español</a>', page.content.decode())
        switched = customer.client.get(address.replace("&amp;", "&"), follow=True)
        assert (language_of(switched), switched.context["step"]) == ("es", step)
        assert "lang" not in switched.request["QUERY_STRING"]  # a reload, or Back, does not choose it again
        customer.client.get(address.replace("lang=es", "lang=en").replace("&amp;", "&"))


@pytest.mark.django_db
def test_switch_of_a_page_without_session_keeps_its_address(client: Client, db: None) -> None:
    page = client.get("/connect/", {"account": "nobody", "refId": "a&b"})
    [address] = re.findall(r'<a href="([^"]+)" hreflang="es"', page.content.decode())

    switched = client.get(f"/connect/{address.replace('&amp;', '&')}")

    assert dict(parse_qsl(urlsplit(address.replace("&amp;", "&")).query)) == {
        "account": "nobody",
        "refId": "a&b",
        "lang": "es",
    }
    assert "No podemos abrir esta página" in switched.content.decode()
    assert language_of(client.get("/connect/", {"account": "nobody"})) == "es"  # chosen once, kept


@pytest.mark.django_db
def test_choice_is_kept_for_the_customers_pages_alone(customer: Customer, link: ConnectLink, manager: User) -> None:
    customer.open(link, lang="es")

    cookie = customer.client.cookies["language"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/connect/", True, "Lax")
    customer.client.force_login(manager)
    page = customer.client.get("/connections/", follow=True)
    assert '<html lang="en' in page.content.decode()


@pytest.mark.django_db
def test_session_of_another_browser_is_not_switched(customer: Customer, link: ConnectLink, client: Client) -> None:
    customer.open(link)
    path = reverse("connect-session", args=[customer.session.pk])

    got = client.get(path, {"lang": "es"})
    sent = client.post(reverse("connect-send", args=[customer.session.pk, "welcome"]), {"language": "es"})

    assert (got.status_code, sent.status_code, customer.session.language) == (404, 404, "en")
    assert language_of(sent) == "es"
    assert f'href="{path}?lang=en"' in sent.content.decode()


@pytest.mark.django_db
def test_browser_without_cookies_is_told_in_its_language(customer: Customer, link: ConnectLink) -> None:
    customer.open(link)
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "es"})

    page = strict.post(reverse("connect-send", args=[customer.session.pk, "welcome"]))

    assert (page.status_code, language_of(page)) == (403, "es")
    assert "su navegador no guardó la cookie" in page.content.decode()
    assert Client(enforce_csrf_checks=True).post("/accounts/login/").templates[0].name == "errors/403.html"


@pytest.mark.django_db
def test_emailed_page_is_in_the_language_of_the_session_and_switches_it(customer: Customer, link: ConnectLink) -> None:
    page = customer.authorize(link, "success")
    manage, elsewhere = page.context["manage"], Client(headers={"accept-language": "es"})
    assert language_of(elsewhere.get(manage)) == "en"

    looked = elsewhere.get(manage, {"lang": "es"})
    assert (language_of(looked), customer.session.language) == ("es", "en")  # whoever follows links changes nothing
    switched = elsewhere.post(manage, {"language": "es"}, follow=True)

    assert (language_of(switched), customer.session.language) == ("es", "es")
    assert re.search(r"<dd>\d{1,2} de [a-z]+ de \d{4}</dd>", switched.content.decode())
    given = customer.session.authorizations.get()
    asked = elsewhere.post(manage, {"authorization": str(given.pk), "language": "en"})
    assert (language_of(asked), "Stop sharing" in asked.content.decode()) == ("en", True)
    again = elsewhere.post(manage, {"authorization": str(given.pk), "language": "es", "confirmed": "1"})
    assert "¿Dejar de compartir" in again.content.decode()  # the switch stops nothing
    given.refresh_from_db()
    assert given.is_running


# --- what is said


@pytest.mark.django_db
def test_partner_welcomes_in_spanish_or_in_its_only_words(spanish: Customer, acme: Partner) -> None:
    both = link_for(acme, welcome="Welcome!", welcome_es="¡Bienvenidos!")
    only = link_for(acme, welcome="Welcome!")

    first, second = spanish.open(both).content.decode(), spanish.open(only).content.decode()

    assert "¡Bienvenidos!" in first
    assert "Welcome!" not in first
    assert "Welcome!" in second


@pytest.mark.django_db
def test_problems_name_their_fields_in_spanish(spanish: Customer, acme: Partner) -> None:
    spanish.open(link_for(acme, "NYISO", variant="COMMERCIAL"))
    spanish.send("welcome")

    missing = spanish.send("about").content.decode()
    wrong = spanish.send("about", **{**DETAILS, "email": "x", "postal_code": "y"}).content.decode()

    assert "Falta este dato: Nombre de la empresa." in missing
    assert "Elija sí o no: ¿Hay un generador en el lugar?" in missing
    assert "x no es una dirección de correo electrónico." in wrong
    assert "y no es un código postal." in wrong


@pytest.mark.django_db
def test_spanish_text_is_what_is_signed(spanish: Customer, link: ConnectLink) -> None:
    spanish.walk_to_utility(link)

    signature = Signature.objects.get()
    agreement = Agreement.objects.get(code=signature.code, version=signature.version)
    assert (signature.language, signature.title) == ("es", agreement.title_es)
    assert signature.sha256 == agreement.sha256_es != agreement.sha256
    event = Event.objects.get(verb="connectsession.signed")
    assert (event.data["language"], event.data["sha256"]) == ("es", signature.sha256)
    name, content, _ = _mailed(spanish)[0].attachments[0]
    assert name == f"{signature.code}-{signature.version}-es.pdf"
    written = "\n".join(Written(content).pages)
    assert "Usted nos permite recibir datos sobre su servicio de electricidad" in written.replace("\n", " ")
    for word in ("Firmado por", "Fecha de la firma", "En mi propio nombre", "Documento"):
        assert word in written.split("\n")
    assert re.search(r"^\d{1,2} de [a-z]+ de \d{4}, [\d:]{8} UTC$", written, re.M)
    assert b"/Lang (es)" in content


def _mailed(customer: Customer) -> list[Any]:
    run_jobs()
    return list(mail.outbox)


@pytest.mark.django_db
def test_text_of_the_page_is_signed_whatever_another_tab_has_chosen(customer: Customer, link: ConnectLink) -> None:
    customer.open(link, lang="es")
    customer.send("welcome")
    customer.send("about", **DETAILS)
    page = customer.page().content.decode()
    assert '<input type="hidden" name="read" value="es">' in page
    customer.client.get(reverse("connect-session", args=[customer.session.pk]), {"lang": "en"})  # in the other tab

    customer.send("agreements", accepted=["DATA_SHARING_CAISO"], name="Ana Núñez", read="es")

    assert (customer.session.language, Signature.objects.get().language) == ("en", "es")


@pytest.mark.django_db
def test_document_that_is_in_english_only_says_so(spanish: Customer, link: ConnectLink) -> None:
    Agreement.objects.update(title_es="", body_es="")
    spanish.open(link)
    spanish.send("welcome")
    spanish.send("about", **DETAILS)
    page = spanish.page().content.decode()
    spanish.send("agreements", accepted=["DATA_SHARING_CAISO"], name="Ana Núñez", read="es")

    assert "Este documento está disponible solo en inglés." in page
    assert re.search(r'<div class="agreement-text"[^>]+ lang="en">', page)
    signature = Signature.objects.get()
    assert (signature.language, signature.title) == ("en", "Utility data sharing agreement")
    content = _mailed(spanish)[0].attachments[0][1]
    assert b"/Lang (en)" in content
    assert "Firmado por" in "\n".join(Written(content).pages)


@pytest.mark.django_db
def test_ledger_tells_the_language_of_what_was_signed(spanish: Customer, link: ConnectLink) -> None:
    spanish.authorize(link, "success")

    signature = Signature.objects.get()
    [document] = Consent.objects.get(verb="granted").evidence["documents"]
    assert document == f"{signature.code} {signature.version} es sha256:{signature.sha256}"


@pytest.mark.django_db
def test_emails_of_later_jobs_are_in_the_customers_language(spanish: Customer, link: ConnectLink) -> None:
    spanish.authorize(link, "success")
    end(Authorization.objects.get(), EndReason.EXPIRED)  # as the periodic work does, in whatever language it runs
    run_jobs()

    customers = [message for message in mail.outbox if message.to == ["alex@example.com"]]
    utility = Authorization.objects.get().utility.name
    assert [message.subject for message in customers] == [
        "Lo que firmó con Acme Energy",
        f"Usted compartió sus datos de {utility} con Acme Energy",
        f"Acme Energy ya no recibe sus datos de {utility}",
    ]
    for message in customers:
        assert message.body.startswith("Hola, Alex Rivera:")
        assert english_of(message.body) == []


@pytest.mark.django_db
def test_partner_is_written_to_in_english(spanish: Customer, link: ConnectLink, manager: User) -> None:
    page = spanish.authorize(link, "success")
    given = Authorization.objects.get()

    spanish.client.post(page.context["manage"], {"authorization": str(given.pk), "confirmed": "1"})

    email = EmailMessage.objects.get(user=manager, kind="connect")
    assert email.subject == f"An authorization at {given.utility.name} ended"
    assert [text for text in spanish_texts().values() if len(text) > 12 and text in email.body] == []


def english_of(text: str) -> list[str]:
    """The texts of the catalogue that are in a text in English: their parts between what is filled in."""
    parts = {
        part.strip()
        for source, said in spanish_texts().items()
        for part in _PLACES.split(source)
        if len(part.strip()) > 8 and part.strip() not in said
    }
    return sorted(part for part in parts if re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text))


@pytest.mark.django_db
def test_texas_and_two_utilities_are_in_spanish(spanish: Customer, acme: Partner) -> None:
    pages = {}
    texas = link_for(acme, "ERCOT", variant="COMMERCIAL")
    pages["welcome"] = spanish.open(texas, "site-1")
    spanish.send("welcome")
    pages["wrong"] = spanish.send("about", **{**DETAILS, "esi_id": "123"})
    spanish.walk_to_utility(texas, "site-1", **TEXAS, esi_id="10443720001234567")
    pages["done"] = spanish.page()
    pages["two"] = spanish.authorize(link_for(acme, utilities=[CAISO, SOUTHERN]), "success")
    pages["only"] = spanish.open(link_for(acme, "PJM", variant="COMMERCIAL_AGREEMENTS_ONLY"), "site-3")

    assert {name: english_of(page.content.decode()) for name, page in pages.items()} == {name: [] for name in pages}
    assert "Conecte su otra compañía eléctrica" in pages["two"].content.decode()


# --- the partner's side


@pytest.mark.django_db
def test_link_page_has_the_spanish_address_and_its_qr_code(link: ConnectLink, client_of: Any, manager: User) -> None:
    client = client_of(manager)
    spanish = links.address_of(link, language="es")

    page = client.get(reverse("connect-link", args=[link.pk])).content.decode()
    path = reverse("connect-link-qr", args=[link.pk])
    plain, code = client.get(path), client.get(path, {"lang": "es", "download": ""})

    assert spanish.endswith("&lang=es")
    assert f'data-copy="{spanish.replace("&", "&amp;")}"' in page
    assert f"{path}?lang=es&amp;download" in page
    assert code.content not in (b"", plain.content)
    assert code.headers["Content-Disposition"] == f'attachment; filename="connect-{link.title}-es.svg"'
    assert client.get(path, {"lang": "xx"}).content == plain.content


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "named"), [("es", True), ("en", False), ("", False)])
def test_invitation_is_in_the_language_that_was_chosen(
    acme: Partner, connected: Any, client_of: Any, manager: User, language: str, named: bool
) -> None:
    link = link_for(acme, welcome="Welcome!", welcome_es="¡Bienvenidos!", support_contact="help@acme.example")

    answer = client_of(manager).post(
        reverse("connect-link", args=[link.pk]), {"email": "ana@example.com", "reference": "a-1", "language": language}
    )
    run_jobs()

    [message] = mail.outbox
    assert answer.status_code == 302
    assert ("lang=es" in message.body, "¡Bienvenidos!" in message.body, "Hola:" in message.body) == (named,) * 3
    offers = (
        "le ofrece conectar su cuenta de electricidad" if named else "invites you to connect your electricity account"
    )
    assert message.subject == f"Acme Energy {offers}"
    if named:
        assert english_of(message.body) == []


@pytest.mark.django_db
def test_invitation_in_a_language_that_we_do_not_speak_is_refused(
    link: ConnectLink, client_of: Any, manager: User
) -> None:
    answer = client_of(manager).post(
        reverse("connect-link", args=[link.pk]), {"email": "ana@example.com", "language": "fr"}
    )

    assert answer.status_code == 422
    assert "Choose from the list." in answer.content.decode()


@pytest.mark.django_db
def test_link_form_keeps_a_spanish_welcome(acme: Partner, client_of: Any, manager: User) -> None:
    link = make.link(acme)
    path = reverse("connect-link-edit", args=[link.pk])

    client_of(manager).post(path, {"variant": "RESIDENTIAL", "welcome": "Hello", "welcome_es": "Hola"})

    link.refresh_from_db()
    assert (link.welcome_in("en"), link.welcome_in("es")) == ("Hello", "Hola")
    assert "Hola</textarea>" in client_of(manager).get(path).content.decode()


@pytest.mark.django_db
def test_connection_page_names_the_customers_language(acme: Partner, client_of: Any, manager: User) -> None:
    row = make.connection(acme, "home-1")
    row.sessions.update(language="es")

    page = client_of(manager).get(reverse("connection", args=[row.pk])).content.decode()

    assert "<dt>Language</dt><dd>Spanish</dd>" in page


def test_names_of_languages() -> None:
    with override("es"):
        offered = languages.offered("/connect/", {"account": "a b", "lang": "en"})

    assert [(language.code, language.name, language.is_current) for language in offered] == [
        ("en", "English", False),
        ("es", "Español", True),
    ]
    assert offered[0].address == "/connect/?account=a+b&lang=en"
    assert languages.choices_in_english() == [("en", "English"), ("es", "Spanish")]
    with override("es"):
        assert (str(SignedAs.COMPANY.label), gettext("Back")) == ("En nombre de una empresa", "Atrás")
