"""The button for partners' sites: escaped, without script or style, gray once the link has ended."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.connect.choices import LinkState
from onboarding.connect.embeds import embeds_of
from onboarding.connect.links import set_state
from onboarding.connect.models import Connection
from portal.partners.models import Partner, User
from tests.onboarding.connect import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


class Tags(HTMLParser):
    """The tags of a snippet with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def tags_of(snippet: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(snippet)
    return parser.tags


def test_snippets_are_plain_html_in_each_language(acme: Partner) -> None:
    english, spanish = embeds_of(builders.link(acme, color="#1a4d2e"))

    for embed in (english, spanish):
        [(anchor, link), (image, picture)] = tags_of(embed.with_picture)
        assert (anchor, image) == ("a", "img")
        assert set(link) == {"href", "lang", "hreflang"}
        assert set(picture) == {"src", "alt", "width", "height"}
        assert f"lang={embed.code}&refId={{CUSTOMER-ID}}" in str(link["href"])
        assert "&amp;refId" in embed.with_picture
        assert [tag for tag, _ in tags_of(embed.with_text)] == ["a"]
    assert english.text == "Connect your utility account"
    assert spanish.text == "Conecte su cuenta de electricidad"


def test_a_placeholder_that_nobody_replaced_opens_for_nobody(acme: Partner, client: Client) -> None:
    [(_, link)] = tags_of(embeds_of(builders.link(acme))[0].with_text)

    answer = client.get("/" + str(link["href"]).split("/", 3)[3])

    assert answer.status_code == 404
    assert not Connection.objects.exists()


def test_the_button_is_a_picture_of_the_link_without_personal_data(acme: Partner, client: Client) -> None:
    link = builders.link(acme, color="#1a4d2e", display_name="Acme <b>")

    answer = client.get(reverse("connect-button", args=[link.pk]), {"lang": "es"})

    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/svg+xml", "public, max-age=3600")
    root = ET.fromstring(answer.content)
    assert [part.tag.rpartition("}")[2] for part in root] == ["title", "rect", "text"]
    assert root[1].attrib["fill"] == "#1a4d2e"
    assert root[2].text == "Conecte su cuenta de electricidad"
    assert "Acme" not in answer.content.decode()
    assert not re.search(rb"<script|style=|onload|href", answer.content)
    assert client.get(reverse("connect-button", args=[link.pk]), {"lang": "../x"}).status_code == 200


def test_the_button_of_a_link_that_ended_is_gray(acme: Partner, client: Client) -> None:
    link = builders.link(acme, color="#1a4d2e")
    set_state(link, LinkState.ENDED, by=builders.BY)

    answer = client.get(reverse("connect-button", args=[link.pk]))

    assert answer.status_code == 200
    assert b"#1a4d2e" not in answer.content


def test_a_partner_copies_the_snippets_of_its_own_link(
    acme: Partner, user: User, stranger: User, client_of: Callable[[User], Client]
) -> None:
    link = builders.link(acme)
    address = reverse("connect-link-embed", args=[link.pk])

    page = client_of(user).get(address).content.decode()

    assert "&lt;a href=" in page
    assert "data-copy=" in page
    assert client_of(stranger).get(address).status_code == 404
    assert address in client_of(user).get(reverse("connect-link", args=[link.pk])).content.decode()
