"""The sheet engine: an action of one file gets its page, template, preview, confirmation, results and events."""

import importlib
from collections.abc import Callable, Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import clear_url_caches, reverse
from django.utils import timezone

import onboarding.bulk.urls
import onboarding.urls
import portal.urls
from onboarding.bulk import handlers
from onboarding.bulk.models import BulkAction
from onboarding.bulk.sheets.domain import preview_sheet
from onboarding.bulk.sheets.reading import SheetFile
from onboarding.bulk.sheets.spec import SheetAction
from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from tests.onboarding.bulk.example_action import SetGroups
from tests.onboarding.enrollment.meters import make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def _reload_urls() -> None:
    for module in (onboarding.bulk.urls, onboarding.urls, portal.urls):
        importlib.reload(module)
    clear_url_caches()


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    handlers.all_handlers()
    with monkeypatch.context() as context:
        context.setattr(handlers, "_HANDLERS", {**handlers._HANDLERS})
        handlers.register(SetGroups())
        _reload_urls()
        yield
    _reload_urls()


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(user)


def test_action_of_one_file_goes_from_page_to_results(
    acme: Partner, borealis: Partner, client: Client, run_jobs: Callable[[], int]
) -> None:
    for n in (1, 2, 3):
        make_meter(acme, programs=[], reference=f"home-{n}")
    make_meter(borealis, programs=[], reference="theirs")

    listed = client.get(reverse("meters")).content.decode()
    assert "Another group for each meter?" in listed
    page = client.get("/meters/groups/").content.decode()
    assert "<h1>Set customer groups</h1>" in page
    template = b"".join(client.get("/meters/groups.csv").streaming_content).decode("utf-8-sig")
    assert template.splitlines()[0] == "meter_id,partner_reference,group"

    sheet = "partner_reference,group\nhome-1,North\nhome-2,\nhome-3,South\ntheirs,North\nhome-1,South\n"
    answer = client.post("/meters/groups/", {"file": SimpleUploadedFile("g.csv", sheet.encode())}, follow=True)
    action = BulkAction.objects.get()
    rows = list(action.rows.order_by("number").values_list("number", "result"))
    assert rows == [(2, "refused"), (3, "same"), (4, "waiting"), (5, "refused"), (6, "refused")]
    text = " ".join(answer.content.decode().split())
    assert "<strong>1</strong> meter will change." in text
    assert "Set customer groups 1 meter" in text
    assert "You don’t have a meter with the reference “theirs”." in text

    client.post(answer.redirect_chain[-1][0])
    run_jobs()
    action.refresh_from_db()
    assert (action.state, action.counts) == ("done", {"meant": 1, "changed": 1, "same": 1, "refused": 3})
    groups = dict(Meter.objects.values_list("partner_reference", "customer_group"))
    assert groups == {"home-1": "", "home-2": "", "home-3": "South", "theirs": ""}
    assert Event.objects.filter(verb="meter.grouped", partner=acme).count() == 1
    results = b"".join(client.get(reverse("bulk-result", args=[action.pk])).streaming_content).decode("utf-8-sig")
    assert results.splitlines()[0] == "row,meter_id,partner_reference,group,result,description,problem,remedy"
    assert [line.split(",")[0] for line in results.splitlines()[1:]] == ["2", "3", "4", "5", "6"]


def test_sheet_without_its_columns_is_refused_at_the_file(client: Client) -> None:
    answer = client.post("/meters/groups/", {"file": SimpleUploadedFile("g.csv", b"city,zip\nFresno,93650\n")})

    assert answer.status_code == 422
    assert "which group it belongs to" in answer.content.decode()
    assert not BulkAction.objects.exists()


def test_unknown_kind_of_action_is_nobodys(acme: Partner) -> None:
    action = BulkAction(partner=acme, kind="of the past")

    assert handlers.handler_of("of the past") is None
    with pytest.raises(ValueError, match="nobody does of the past"):
        handlers.handler_for(action)


def test_action_of_partners_is_never_about_the_meters_of_all(staff: User) -> None:
    handler = handlers.handler_of("change_reference")
    assert isinstance(handler, SheetAction)
    sheet = SheetFile("keys.csv", [b"meter_id,new_partner_reference\n"])

    with pytest.raises(ValueError, match="change_reference is about the meters of one partner"):
        preview_sheet(handler, sheet, partner=None, user=staff, by=Actor.person(staff))

    assert not BulkAction.objects.exists()


def test_partner_reads_nothing_of_what_staff_record(acme: Partner, staff: User, client: Client) -> None:
    action = BulkAction.objects.create(
        partner=None, user=staff, actor={}, kind="leap_actions", is_by_rows=True, seen_at=timezone.now()
    )

    answers = [client.get(reverse(name, args=[action.pk])) for name in ("bulk-action", "bulk-result")]

    assert [answer.status_code for answer in answers] == [404, 404]
