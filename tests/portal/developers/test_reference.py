"""The API reference and the changelog: from our own host, for members, and as the papers have it."""

import gzip
import json
import re

import pytest
from django.test import Client

from portal.developers.changelog import PATH, changelog_html

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def test_reference_loads_from_our_own_host_and_has_nothing_inline(user, client_of):
    answer = client_of(user).get("/developers/reference/")

    page = answer.content.decode()
    sources = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', page)
    assert any("swagger-ui-bundle.js" in source for source in sources)
    assert [source for source in sources if not source.startswith(("/", "#"))] == []
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert 'data-schema="/developers/reference/openapi.json"' in page


def test_schema_is_read_by_members_and_not_by_strangers_to_the_portal(user, staff, client_of):
    answer = client_of(user).get("/developers/reference/openapi.json")

    assert answer.json()["paths"]["/v1.1/jobs/meters"]["post"]["operationId"] == "createMeterBatchJob"
    assert client_of(staff).get("/developers/reference/openapi.json").status_code == 403
    assert Client().get("/developers/reference/openapi.json").status_code == 302
    assert client_of(user).get("/api/schema").status_code == 401


def test_schema_is_packed_for_who_accepts_it(user, client_of):
    plain, packed = (
        client_of(user).get("/developers/reference/openapi.json", headers={"Accept-Encoding": accepted})
        for accepted in ("", "gzip")
    )

    assert json.loads(gzip.decompress(packed.content)) == plain.json()
    assert len(packed.content) < len(plain.content) / 5


def test_changelog_says_what_the_paper_says(user, client_of):
    page = client_of(user).get("/developers/changelog/").content.decode()

    headings = re.findall(r"^## (.+)$", PATH.read_text(), re.M)
    assert headings[0] == "Unreleased"
    assert [heading for heading in headings if f"<h2>{heading}</h2>" not in page] == []
    assert "<code>RateLimit-Remaining</code>" in page


def test_html_in_the_changelog_is_text(tmp_path, monkeypatch):
    paper = tmp_path / "changes.md"
    paper.write_text("# Title\n\n<script>alert(1)</script> [x](javascript:alert(1))\n")
    monkeypatch.setattr("portal.developers.changelog.PATH", paper)
    changelog_html.cache_clear()

    html = changelog_html()

    changelog_html.cache_clear()
    assert ("<script" in html, "href" in html, "&lt;script&gt;" in html) == (False, False, True)
