"""Saved views: own ones, shared ones, and the one that the list begins with."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.meters.models import Meter
from onboarding.portfolio.saved_views.domain import MOST_VIEWS, clean_query, save_view
from onboarding.portfolio.saved_views.models import SavedView
from portal.partners.models import Partner, User
from portal.problems import Refused
from tests.onboarding.enrollment.meters import make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
LIST = reverse("meters")


@pytest.fixture
def client(acme: Partner, borealis: Partner, user: User, client_of: Callable[[User], Client]) -> Client:
    """Somebody whose partner has a meter, as another one has: without any there is nothing to view."""
    for partner in (acme, borealis):
        Meter.objects.create(partner=partner, partner_reference="home", transmission_region="PJM")
    return client_of(user)


def save(client: Client, **data: str) -> Any:
    return client.post(reverse("view-save"), {"name": "Mine", "query": "region=CAISO", **data})


def test_view_is_saved_with_its_filters_and_order_and_nothing_else(client: Client) -> None:
    answer = save(client, name="  Fresno  first ", query="q=fresno&sort=city&page=abc&x=1&region=&status=ELIGIBLE")

    view = SavedView.objects.get()
    assert (view.name, view.query) == ("Fresno first", "q=fresno&status=ELIGIBLE&sort=city")
    assert answer["Location"] == f"{LIST}?{view.query}"
    page = client.get(answer["Location"]).content.decode()
    assert "Fresno first" in page
    assert "This view" in page


def test_own_view_is_seen_by_nobody_else_until_it_is_shared(
    client: Client, manager: User, stranger: User, client_of: Any
) -> None:
    save(client, name="Hidden one")
    save(client, name="Shared <b>one", shared="yes", query="region=PJM")

    own = client.get(LIST).content.decode()
    colleague = client_of(manager).get(LIST).content.decode()
    outside = client_of(stranger).get(LIST).content.decode()

    assert ("Hidden one" in own, "Shared &lt;b&gt;one" in own) == (True, True)
    assert ("Hidden one" in colleague, "Shared &lt;b&gt;one" in colleague) == (False, True)
    assert "by Uli User" in colleague
    assert "one" not in outside.split('aria-label="Views"')[1].split("</nav>")[0]


def test_list_begins_with_the_default_and_all_is_one_click_away(client: Client) -> None:
    save(client, default="yes")
    save(client, name="Other", query="region=PJM", default="yes")

    first = client.get(LIST)

    assert first["Location"] == f"{LIST}?region=PJM"
    assert client.get(f"{LIST}?sort=newest").status_code == 200
    assert SavedView.objects.filter(is_default=True).count() == 1


def test_view_of_the_same_name_is_replaced(client: Client) -> None:
    save(client)
    save(client, query="region=PJM")

    assert SavedView.objects.get().query == "region=PJM"


def test_only_the_owner_removes_a_view(client: Client, manager: User, client_of: Any) -> None:
    save(client, shared="yes")
    path = reverse("view-remove", args=[SavedView.objects.get().pk])

    assert client_of(manager).post(path).status_code == 404
    assert client.post(path).status_code == 302
    assert not SavedView.objects.exists()


def test_view_without_a_name_and_one_too_many_are_refused(acme: Partner, user: User, client: Client) -> None:
    assert "The view needs a name." in client.get(save(client, name=" ")["Location"]).content.decode()
    for number in range(MOST_VIEWS):
        save_view(acme, user, name=str(number), query="", is_shared=False, is_default=False)
    with pytest.raises(Refused):
        save_view(acme, user, name="more", query="", is_shared=False, is_default=False)
    save_view(acme, user, name="1", query="region=PJM", is_shared=False, is_default=False)


def test_query_is_cleaned_to_what_the_list_knows() -> None:
    assert clean_query("evil=1&q=%3Cb%3E&sort=city&page=zzz") == "q=%3Cb%3E&sort=city"


def test_views_say_how_many_meters_they_have_where_an_index_tells(
    client: Client, acme: Partner, borealis: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        make_meter(acme, programs=["ELRP"], reference=f"m-{n}")
    make_meter(borealis, programs=["ELRP"], reference="theirs")
    Meter.objects.filter(partner_reference="m-0").update(enrollment_status="ACTIVE")
    Meter.objects.filter(partner_reference="m-1").update(is_archived=True)
    for name, query in (("Of ELRP", "program=ELRP"), ("Tagged", "tag=x"), ("Nowhere", "region=NOWHERE")):
        save(client, name=name, query=query)

    counts = {view.name: view.count for view in client.get(reverse("meters")).context["views"]}

    assert {name: counts[name] for name in ("All", "Active", "Of ELRP", "Tagged", "Nowhere")} == {
        "All": "3",
        "Active": "1",
        "Of ELRP": "2",
        "Tagged": "",
        "Nowhere": "",
    }
    monkeypatch.setattr("onboarding.portfolio.saved_views.counts.MOST", 1)
    assert {view.count for view in client.get(reverse("meters")).context["views"] if view.name == "All"} == {"1+"}
