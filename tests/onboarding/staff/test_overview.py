"""Staff's overview: the meters of all real partners, and what waits for Leap."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onboarding.connect.models import UtilityOutage
from onboarding.enrollment.models import Enrollment
from onboarding.portfolio.overview.domain import count_portfolios
from portal.jobs.models import Job
from portal.partners.models import Partner, User
from programs.models import Utility
from tests.onboarding.portfolio.test_overview import battery, meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
NOW = datetime(2026, 11, 25, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def sandbox(acme: Partner) -> Partner:
    return Partner.objects.create(name="Acme sandbox", slug="acme-sandbox", sandbox_of=acme)


@pytest.fixture
def client(staff: User, client_of: Any) -> Client:
    return client_of(staff)  # type: ignore[no-any-return]  # the fixture gives a Client


def rows_of(client: Client) -> list[list[str]]:
    """The rows of all tables of the page, as texts."""
    page = client.get(reverse("admin:portfolio-overview")).content.decode()
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", page, re.S)
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.split(r"</t[hd]><td>", row)] for row in rows
    ]


def test_meters_are_of_all_real_partners(client: Client, acme: Partner, borealis: Partner, sandbox: Partner) -> None:
    meter(acme, 1, "ACTIVE", programs=("CEC-DSGS", "ELRP"), device=battery(5))
    meter(acme, 2, "ELIGIBLE", device=battery(7.5))
    meter(borealis, 3, "ACTIVE", device=battery(1200))
    meter(sandbox, 4, "ACTIVE", device=battery(50))
    count_portfolios()

    rows = rows_of(client)

    assert rows[6:] == [
        ["Demand Side Grid Support CEC-DSGS", "2", "3", "1", "2", "1,212.5", "1,205"],
        ["Emergency Load Reduction Program ELRP", "1", "1", "0", "1", "5", "5"],
        ["Acme Energy", "2", "1", "1", "12.5", "5", "Nov 25, 8:00 PM UTC"],
        ["Borealis Devices", "1", "0", "1", "1,200", "1,200", "Nov 25, 8:00 PM UTC"],
    ]


def test_open_work_leads_to_its_list(client: Client, acme: Partner, sandbox: Partner) -> None:
    for partner in (acme, sandbox):
        Enrollment.objects.filter(meter=meter(partner, 1, "PENDING")).update(acts="leap", evaluated_at=NOW)
        old = NOW - timedelta(minutes=16)
        Job.objects.create(kind="a", partner=partner, subject_id=partner.slug, state="failed", finished_at=NOW)
        Job.objects.create(kind="b", partner=partner, subject_id=partner.slug, state="queued", not_before=old)
        Job.objects.create(kind="c", partner=partner, subject_id=partner.slug, state="queued", not_before=NOW)
        Job.objects.create(
            kind="d", partner=partner, subject_id=partner.slug, state="running", lease_until=old, started_at=old
        )
    Job.objects.create(kind="e", partner=None, subject_id="1", state="failed", finished_at=NOW)
    UtilityOutage.objects.create(utility=Utility.objects.get(code="PGE"), began_at=NOW, noticed_at=NOW)

    rows = rows_of(client)

    assert [row[:2] for row in rows[:6]] == [
        ["Enrollments waiting for Leap", "1"],
        ["Consents to review", "0"],
        ["Failed jobs", "2"],
        ["Jobs not started for 15 minutes", "1"],
        ["Jobs whose worker stopped", "1"],
        ["Utilities with failing sign-ins", "1"],
    ]
    page = client.get(reverse("admin:portfolio-overview")).content.decode()
    for path in re.findall(r'<tr><th scope="row"><a href="([^"]+)">', page):
        assert client.get(path.replace("&amp;", "&")).status_code == 200, path


def test_the_front_page_and_the_list_lead_there(client: Client) -> None:
    for path in (reverse("admin:index"), reverse("admin:onboarding_portfolioday_changelist")):
        assert reverse("admin:portfolio-overview") in client.get(path).content.decode()


def test_without_meters_it_says_so(client: Client, acme: Partner) -> None:
    page = client.get(reverse("admin:portfolio-overview")).content.decode()

    assert "1 partner has no meters yet." in page
    assert "No partners have meters yet." in page


def test_only_staff_sees_it(client_of: Any, manager: User) -> None:
    assert client_of(manager).get(reverse("admin:portfolio-overview")).status_code in (302, 403)


def test_queries_do_not_grow_with_partners(client: Client, acme: Partner, borealis: Partner) -> None:
    queried = []
    for partner in (acme, borealis):
        meter(partner, 1, "ACTIVE", device=battery(5))
        count_portfolios()
        client.get(reverse("admin:portfolio-overview"))
        with CaptureQueriesContext(database) as queries:
            client.get(reverse("admin:portfolio-overview"))
        queried.append(len(queries))

    assert queried[0] == queried[1] <= 16, queried
