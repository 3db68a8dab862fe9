"""Links: the builder and each of its refusals, logo, redirect hosts, state, QR code, address, email."""

import io
import re
import struct
import zlib
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import qrcode
import qrcode.image.svg
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from onboarding.connect import invitations, links
from onboarding.connect.links import LinkSpec, address_of, create_link
from onboarding.connect.logos import MOST_BYTES
from onboarding.connect.models import ConnectLink, LinkEmail, RedirectHost
from portal.events.models import Event
from portal.partners.models import Partner, User
from portal.problems import Refused
from portal.storage.disk import path_of
from programs.models import Utility, UtilityConnection
from programs.queries import agreements_for
from tests.onboarding.connect import builders as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
NEW = "/connections/links/new/"
FILLED = {"region": "CAISO", "title": "summer-2027", "variant": "RESIDENTIAL"}


@pytest.fixture
def client(user: User, client_of: Any) -> Client:
    return client_of(user)


@pytest.fixture
def utility() -> Utility:
    utility = Utility.objects.get(code="LEAP_TEST_CAISO")
    utility.transmission_region = "CAISO"
    utility.save()
    UtilityConnection.objects.create(
        utility=utility,
        authorization_url="https://utility.example/authorize",
        token_url="https://utility.example/token",
        resource_url="https://utility.example/resource/",
        client_id="portal",
        client_secret="secret",
        scope="FB=4_5_15",
    )
    return utility


def picture(kind: str, size: tuple[int, int] = (600, 200)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "#0b5f5b").save(file, format=kind)
    return file.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that would be so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + content


def at_field(page: str, name: str) -> str:
    """What the page says at a field: the text of its error."""
    match = re.search(rf'id="id_{name}_error"[^>]*>(.*?)</(?:div|span|p)>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", match.group(1)).split()) if match else ""


# --- the builder


def test_the_builder_begins_with_the_region(client: Client) -> None:
    page = client.get(NEW).content.decode()

    assert 'name="region"' in page
    assert client.get(f"{NEW}?region=MARS").content.decode().count("Choose a region from the list.") >= 1


def test_a_link_is_made_and_shown(client: Client, acme: Partner, utility: Utility) -> None:
    make.host(acme)

    answer = client.post(
        NEW,
        {
            **FILLED,
            "utilities": [utility.code],
            "final_redirect": "https://www.acme.example/thanks?from=connect",
            "display_name": "Acme Home",
            "color": "#1A4D2E",
            "welcome": "Welcome <b>home</b>",
            "support_contact": "help@acme.example",
            "logo": SimpleUploadedFile("logo.png", picture("PNG")),
        },
        follow=True,
    )

    page = answer.content.decode()
    link = ConnectLink.objects.get()
    assert "Link created." in page
    assert address_of(link).replace("&", "&amp;") in page
    assert (link.title, link.color, link.utilities, link.shown_name) == (
        "summer-2027",
        "#1a4d2e",
        [utility.code],
        "Acme Home",
    )
    event = Event.objects.get(verb="connectlink.created")
    assert (event.partner, event.data, event.actor_label) == (acme, {"title": "summer-2027"}, "Uli User")


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"title": ""}, "title", "Enter a name."),
        ({"title": "two words"}, "title", "Use only letters, digits and hyphens."),
        ({"title": "taken"}, "title", "You already have a link named taken. Choose another name."),
        ({"title": "TAKEN"}, "title", "You already have a link named taken. Choose another name."),
        ({"variant": "RESIDENTIAL_AGREEMENTS_ONLY"}, "variant", "Choose from the list."),
        ({"variant": "NONE"}, "variant", "Choose from the list."),
        ({"programs": ["ERCOT-ERS"]}, "programs", "ERCOT-ERS is not available in this region."),
        ({"utilities": ["ONCOR"]}, "utilities", "ONCOR is not available in this region."),
        ({"final_redirect": "https://evil.example/x"}, "final_redirect", "evil.example isn’t one of your allowed"),
        ({"final_redirect": "https://www.acme.example.evil.example/"}, "final_redirect", "isn’t one of your allowed"),
        ({"final_redirect": "https://www.acme.example@evil.example/"}, "final_redirect", "isn’t a web address"),
        (
            {"final_redirect": "https://www.acme.example:8443/"},
            "final_redirect",
            "www.acme.example:8443 isn’t one of your",
        ),
        ({"final_redirect": "javascript:alert(1)"}, "final_redirect", "isn’t a web address"),
        ({"final_redirect": "//www.acme.example/"}, "final_redirect", "isn’t a web address"),
        ({"final_redirect": "https://www.acme.example\\@evil.example"}, "final_redirect", "isn’t a web address"),
        ({"final_redirect": "https://[::1"}, "final_redirect", "isn’t a web address"),
        ({"final_redirect": "https://www.acme.example:99999999/"}, "final_redirect", "isn’t a web address"),
        ({"final_redirect": "https://www.аcme.example/"}, "final_redirect", "isn’t a web address"),  # Cyrillic
        ({"color": "green"}, "color", "green isn’t a color."),
        ({"color": "#12345"}, "color", "isn’t a color."),
        ({"color": "#ffff00"}, "color", "#ffff00 has a contrast of 1.1:1 with white"),
        ({"welcome": "x" * 601}, "welcome", "600"),
    ],
)
def test_each_refusal_is_shown_at_its_field(
    client: Client, acme: Partner, utility: Utility, changes: dict[str, Any], field: str, told: str
) -> None:
    make.host(acme)
    make.link(acme, "taken")

    answer = client.post(NEW, {**FILLED, **changes})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in page
    assert told.lower() in at_field(page, field).lower()
    assert re.search(rf'href="#id_{field}', page)
    assert ConnectLink.objects.count() == 1


def test_all_fields_are_said_at_once(client: Client) -> None:
    answer = client.post(NEW, {**FILLED, "title": "", "color": "yellow", "final_redirect": "https://evil.example/"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert [bool(at_field(page, name)) for name in ("title", "color", "final_redirect")] == [True, True, True]


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ({"region": "MARS"}, "LINK_REGION_WITHOUT_CONNECT"),
        ({"variant": "COMMERCIAL_AGREEMENTS_ONLY"}, "LINK_VARIANT_UNAVAILABLE"),
        ({"programs": ["ERCOT-ERS"]}, "LINK_PROGRAM_UNAVAILABLE"),
        ({"utilities": ["ONCOR"]}, "LINK_UTILITY_UNAVAILABLE"),
        ({"final_redirect": "https://evil.example/"}, "LINK_REDIRECT_NOT_ALLOWED"),
        ({"final_redirect": "ftp://evil.example/"}, "LINK_REDIRECT_UNUSABLE"),
        ({"color": "teal"}, "LINK_COLOR_UNUSABLE"),
        ({"color": "#eeeeee"}, "LINK_COLOR_TOO_LIGHT"),
        ({"title": "taken"}, "LINK_TITLE_TAKEN"),
    ],
)
def test_the_verb_refuses_with_a_code(acme: Partner, spec: dict[str, Any], code: str) -> None:
    make.link(acme, "taken")

    with pytest.raises(Refused) as refusal:
        create_link(acme, LinkSpec(**{"title": "new", "region": "CAISO", **spec}), by=make.BY)

    assert [problem.code for problem in refusal.value.problems] == [code]


def test_all_refusals_are_said_at_once(acme: Partner) -> None:
    make.link(acme, "taken")
    spec = LinkSpec("taken", "CAISO", color="#fff", final_redirect="https://evil.example/", programs=["NONE"])

    with pytest.raises(Refused) as refusal:
        create_link(acme, spec, by=make.BY)

    assert {problem.code for problem in refusal.value.problems} == {
        "LINK_TITLE_TAKEN",
        "LINK_COLOR_UNUSABLE",
        "LINK_REDIRECT_NOT_ALLOWED",
        "LINK_PROGRAM_UNAVAILABLE",
    }


def test_agreements_only_exists_in_pjm_alone(client: Client) -> None:
    assert "AGREEMENTS_ONLY" in client.get(f"{NEW}?region=PJM").content.decode()
    assert "AGREEMENTS_ONLY" not in client.get(f"{NEW}?region=CAISO").content.decode()


def test_two_partners_may_use_the_same_title(acme: Partner, borealis: Partner) -> None:
    assert make.link(acme, "same").title == make.link(borealis, "same").title


@pytest.mark.parametrize(("color", "contrast"), [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54)])
def test_contrast_with_white_is_that_of_wcag(color: str, contrast: float) -> None:
    assert links.contrast_with_white(color) == pytest.approx(contrast, abs=0.01)


# --- the logo


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_written_anew_as_a_small_png(client: Client, kind: str) -> None:
    client.post(NEW, {**FILLED, "logo": SimpleUploadedFile("logo", picture(kind, (960, 640)))})

    stored = path_of(ConnectLink.objects.get().logo).read_bytes()
    image = Image.open(io.BytesIO(stored))
    assert (image.format, image.size) == ("PNG", (240, 160))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        picture("GIF", (4, 4)),
        picture("PNG")[:60],
        picture("JPEG")[:200],
        huge_png(60_000, 60_000),
        huge_png(2_000_000_000, 2_000_000_000),
        picture("PNG", (8, 8)) + b"\0" * MOST_BYTES,
    ],
    ids=["empty", "text", "svg", "gif", "half a png", "half a jpeg", "bomb", "larger bomb", "too many bytes"],
)
def test_what_is_no_logo_is_refused_at_its_field(client: Client, content: bytes) -> None:
    answer = client.post(NEW, {**FILLED, "logo": SimpleUploadedFile("logo.png", content, "image/png")})

    assert answer.status_code == 422
    assert at_field(answer.content.decode(), "logo")
    assert not ConnectLink.objects.exists()


def test_metadata_of_a_logo_is_not_kept(client: Client) -> None:
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "GPS of somebody's home"
    Image.new("RGB", (50, 50)).save(file, format="JPEG", exif=exif)

    client.post(NEW, {**FILLED, "logo": SimpleUploadedFile("logo.jpg", file.getvalue())})

    assert b"somebody" not in path_of(ConnectLink.objects.get().logo).read_bytes()


# --- changing a link


def test_an_edited_link_keeps_its_address(client: Client, acme: Partner) -> None:
    link = make.link(acme, "summer", display_name="Old")
    before = address_of(link)
    page = client.get(reverse("connect-link-edit", args=[link.pk])).content.decode()
    assert 'name="title"' not in page
    assert 'value="Old"' in page

    client.post(
        reverse("connect-link-edit", args=[link.pk]),
        {"variant": "RESIDENTIAL", "display_name": "New", "title": "another", "region": "PJM"},
    )

    link.refresh_from_db()
    assert (address_of(link), link.display_name, link.transmission_region) == (before, "New", "CAISO")
    assert Event.objects.get(verb="connectlink.changed").data == {"changes": {"display_name": ["Old", "New"]}}


def test_an_edit_that_changes_nothing_writes_no_event(client: Client, acme: Partner) -> None:
    link = make.link(acme, "summer", display_name="Same")

    client.post(reverse("connect-link-edit", args=[link.pk]), {"variant": "RESIDENTIAL", "display_name": "Same"})

    assert not Event.objects.filter(verb="connectlink.changed").exists()


def test_a_logo_stays_when_no_other_is_sent(client: Client, acme: Partner) -> None:
    client.post(NEW, {**FILLED, "logo": SimpleUploadedFile("logo.png", picture("PNG"))})
    link = ConnectLink.objects.get()

    client.post(reverse("connect-link-edit", args=[link.pk]), {"variant": "COMMERCIAL"})

    changed = ConnectLink.objects.get()
    assert (changed.logo, changed.variant) == (link.logo, "COMMERCIAL")


def test_a_link_is_paused_resumed_and_ended(client: Client, acme: Partner) -> None:
    link, anybody = make.link(acme), Client()
    address, state = urlsplit(address_of(link)), reverse("connect-link-state", args=[link.pk])
    journey = f"{address.path}?{address.query}"
    assert anybody.get(journey).status_code == 302

    client.post(state, {"state": "PAUSED"})
    paused = anybody.get(journey).content.decode()
    assert "paused right now" in paused
    assert "Acme" in paused  # whom to ask
    client.post(state, {"state": "ACTIVE"})
    assert anybody.get(journey).status_code == 302
    asked = client.post(state, {"state": "ENDED"})
    assert "You can’t restart it." in asked.content.decode()
    assert ConnectLink.objects.get().state == "ACTIVE"
    client.post(state, {"state": "ENDED", "confirmed": "1"})

    assert anybody.get(journey).status_code == 404
    again = client.post(state, {"state": "ACTIVE"}, follow=True).content.decode()
    assert "This link has ended and can’t be changed." in again
    assert client.post(reverse("connect-link-edit", args=[link.pk]), {"variant": "COMMERCIAL"}).status_code == 422
    verbs = Event.objects.filter(subject_type="connectlink").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [f"connectlink.{verb}" for verb in ("created", "paused", "resumed", "ended")]


def test_an_unknown_state_changes_nothing(client: Client, acme: Partner) -> None:
    link = make.link(acme)

    assert client.post(reverse("connect-link-state", args=[link.pk]), {"state": "GONE"}).status_code == 302
    assert ConnectLink.objects.get().state == "ACTIVE"


# --- redirect hosts


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("www.acme.example", "www.acme.example"),
        (" HTTPS://WWW.Acme.example/ ", "www.acme.example"),
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        ("acme", "acme"),
    ],
)
def test_a_host_is_allowed_once(client: Client, typed: str, kept: str) -> None:
    for _ in range(2):
        assert client.post(reverse("connect-host-allow"), {"host": typed}).status_code == 302

    assert [host.host for host in RedirectHost.objects.all()] == [kept]
    assert Event.objects.filter(verb="redirecthost.allowed").count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "acme.example/path",
        "user@acme.example",
        "*.acme.example",
        "a b",
        "http://acme.example",
        "acme..example",
        "-acme.example",
        "acme.example:http",
        "[::1]",
        "аcme.example",  # Cyrillic
        "a" * 254,
        "acme.example\r\nX: y",
    ],
)
def test_what_is_no_host_is_refused_at_its_field(client: Client, typed: str) -> None:
    answer = client.post(reverse("connect-host-allow"), {"host": typed})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_host"' in page
    assert 'aria-invalid="true"' in page
    assert not RedirectHost.objects.exists()


def test_removing_a_host_ends_its_links_on_our_page(client: Client, acme: Partner) -> None:
    host = make.host(acme)
    link = make.link(acme, final_redirect="https://www.acme.example/thanks")
    other = make.link(acme)
    assert links.final_redirect_of(link, [("own", "1")], reference="home-1") == (
        "https://www.acme.example/thanks?refId=home-1&own=1"
    )

    page = client.post(reverse("connect-host-remove", args=[host.pk]), follow=True).content.decode()

    assert "1 link that named it now ends on our own page." in page
    assert links.final_redirect_of(link, [("own", "1")], reference="home-1") == ""
    assert links.final_redirect_of(other, []) == ""
    assert "its host is no longer allowed" in client.get(reverse("connect-link", args=[link.pk])).content.decode()


# --- address, QR code, preview


def test_the_address_says_what_is_published(client: Client, acme: Partner) -> None:
    link = make.link(acme, "summer", region="PJM", variant="COMMERCIAL")
    address = urlsplit(address_of(link, reference="site 7&x=1"))

    assert address.path == "/connect/"
    assert dict(parse_qsl(address.query)) == {
        "transmissionRegion": "PJM",
        "account": "acme",
        "variant": "COMMERCIAL",
        "link": "summer",
        "refId": "site 7&x=1",
    }
    page = client.get(reverse("connect-link", args=[link.pk])).content.decode()
    shown = address_of(link).replace("&", "&amp;")
    assert f'data-copy="{shown}"' in page
    assert f'<a class="btn btn-primary" href="{shown}"' in page
    assert "/connect/acme/summer/" in page


def test_the_older_address_opens_the_same_link(acme: Partner) -> None:
    link = make.link(acme, "summer")

    answer = Client().get("/connect/acme/summer/?refId=home-1")

    assert answer.status_code == 302
    assert link.sessions.get().connection.reference == "home-1"  # type: ignore[union-attr]  # it has one


def test_the_qr_code_is_that_of_the_address(client: Client, acme: Partner) -> None:
    link = make.link(acme, "summer")

    answer = client.get(reverse("connect-link-qr", args=[link.pk]) + "?download")

    svg = answer.content.decode()
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/svg+xml", "nosniff")
    assert answer["Content-Disposition"] == 'attachment; filename="connect-summer.svg"'
    code = qrcode.QRCode()
    code.add_data(address_of(link))
    code.make()
    assert modules(svg, size=len(code.modules)) == code.modules


def modules(svg: str, *, size: int) -> list[list[bool]]:
    """The dark squares of a QR code drawn as one path of squares, without its quiet zone."""
    path = re.search(r'\bd="([^"]+)"', svg)
    assert path is not None
    corners = [(float(x), float(y)) for x, y in re.findall(r"M([\d.]+),([\d.]+)", path.group(1))]
    unit = min(b - a for a, b in pairwise(sorted({x for x, _ in corners})))
    first = min(x for x, _ in corners)
    dark = {(round((y - first) / unit), round((x - first) / unit)) for x, y in corners}
    return [[(row, column) in dark for column in range(size)] for row in range(size)]


def test_the_lists_queries_do_not_grow(client: Client, acme: Partner) -> None:
    def queries() -> int:
        client.get("/connections/links/")
        with CaptureQueriesContext(database) as captured:
            assert client.get("/connections/links/").status_code == 200
        return len(captured)

    make.link(acme)
    first = queries()
    make.link(acme)
    make.link(acme)
    make.host(acme, "a.example")
    make.host(acme, "b.example")

    assert queries() == first


# --- by email


@pytest.fixture
def link(acme: Partner) -> ConnectLink:
    return make.link(acme, "summer", support_contact="help@acme.example", welcome="Hello.\nWelcome.")


def send(client: Client, link: ConnectLink, **data: str) -> Any:
    return client.post(reverse("connect-link", args=[link.pk]), data)


def test_a_link_is_emailed_to_one_customer(client: Client, link: ConnectLink, run_jobs: Any) -> None:
    answer = send(client, link, email="alex@example.com", reference="home-1")
    run_jobs()

    assert answer.status_code == 302
    (message,) = mail.outbox
    assert message.to == ["alex@example.com"]
    assert message.subject == "Acme Energy invites you to connect your electricity account"
    assert address_of(link, reference="home-1") in message.body
    assert "Hello.\nWelcome." in message.body
    assert not LinkEmail.objects.exists()
    event = Event.objects.get(verb="connectlink.sent")
    assert event.data == {"reference": "home-1"}
    assert "alex" not in str(Event.objects.values_list("data", "actor_label"))


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a@example.com,b@example.com", "a@example.com\r\nBcc: x@y.com"])
def test_what_is_no_email_address_is_refused(client: Client, link: ConnectLink, email: str) -> None:
    answer = send(client, link, email=email)

    assert answer.status_code == 422
    assert at_field(answer.content.decode(), "email")
    assert not LinkEmail.objects.exists()


@pytest.mark.parametrize("reference", ["ab", "a/b/c", "x" * 257, "a\r\nb", "<b>1", "a|b"])
def test_a_reference_that_cannot_be_used_is_refused(client: Client, link: ConnectLink, reference: str) -> None:
    answer = send(client, link, email="alex@example.com", reference=reference)

    assert answer.status_code == 422
    assert at_field(answer.content.decode(), "reference")
    assert not LinkEmail.objects.exists()


def test_a_hostile_name_adds_no_header(client: Client, acme: Partner, run_jobs: Any) -> None:
    link = make.link(acme, "evil", display_name="Acme\r\nBcc: victim@example.com", support_contact="a\nSubject: b")

    send(client, link, email="alex@example.com")
    run_jobs()

    (message,) = mail.outbox
    sent = message.message()
    assert "\n" not in message.subject
    assert (sent["Bcc"], sent["Subject"].count("invites"), message.recipients()) == (None, 1, ["alex@example.com"])


def test_a_partner_sends_so_many_a_day(
    client: Client, link: ConnectLink, borealis: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "MOST_PER_DAY", 2)
    for number in (1, 2):
        assert send(client, link, email=f"a{number}@example.com").status_code == 302

    answer = send(client, link, email="a3@example.com")

    assert answer.status_code == 422
    assert "You’ve sent 2 links by email today." in answer.content.decode()
    assert LinkEmail.objects.count() == 2
    invitations.send_link(make.link(borealis), to="b@example.com", reference="", by=make.BY, sender="m@example.com")


def test_an_ended_link_is_not_sent(client: Client, link: ConnectLink) -> None:
    ConnectLink.objects.update(state="ENDED")

    assert send(client, link, email="alex@example.com").status_code == 422
    assert not LinkEmail.objects.exists()


def test_an_email_that_was_sent_is_not_sent_again(link: ConnectLink, run_jobs: Any) -> None:
    invitations.send_link(link, to="alex@example.com", reference="", by=make.BY, sender="m@example.com")
    LinkEmail.objects.all().delete()

    run_jobs()

    assert mail.outbox == []


def test_the_links_page_says_what_customers_sign(acme: Partner, client_of: Any, manager: Any) -> None:
    link = create_link(acme, LinkSpec(title="sign", region="PJM", variant="COMMERCIAL_AGREEMENTS_ONLY"), by=make.BY)

    page = client_of(manager).get(f"/connections/links/{link.pk}/").content.decode()

    titles = [agreement.title for agreement in agreements_for("PJM", "COMMERCIAL")]
    assert titles
    assert all(title in page for title in titles)
