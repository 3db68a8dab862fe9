"""Large exports: asked for, made in the background whole or not at all, fetched by their partner, deleted in time."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.meters.columns import columns_of
from onboarding.meters.models import Meter
from onboarding.meters.portal_facts import PORTAL_FACTS
from onboarding.portfolio.exports import domain
from onboarding.portfolio.exports.domain import ask_export, plan_of
from onboarding.portfolio.exports.models import Export
from portal.events.actors import Actor
from portal.events.models import Event
from portal.jobs import domain as jobs
from portal.jobs.models import Job
from portal.jobs.periodic import run_periodic_tasks
from portal.partners.models import Partner, User
from portal.problems import Refused
from portal.storage.disk import path_of
from portal.storage.files import Draft
from programs.models import Program
from programs.schema import schema_for
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
XLSX = reverse("meters-export", args=["xlsx"])
CSV = reverse("meters-export", args=["csv"])
NEW = reverse("export-new")


@pytest.fixture
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    """Where the workbooks are."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "exports"


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody for whom three meters are many."""
    monkeypatch.setattr("onboarding.portfolio.views.MOST_DIRECT", 2)
    return client_of(user)


@pytest.fixture
def make(acme: Partner) -> Callable[..., None]:
    def make(count: int = 3, partner: Partner = acme, start: int = 1) -> None:
        numbers = range(start, start + count)
        Meter.objects.bulk_create(Meter(partner=partner, **columns_of(builders.asset(n))) for n in numbers)

    return make


def references_in(content: bytes) -> list[Any]:
    """The references of a workbook that has the chosen columns."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [row[1] for row in sheet.iter_rows(values_only=True)]


def fetched(client: Client, export: Export) -> bytes:
    return b"".join(client.get(reverse("export-file", args=[export.pk])).streaming_content)


def test_few_meters_are_downloaded_at_once_and_csv_of_many_too(client: Client, make: Any) -> None:
    make(2)
    assert client.get(XLSX).streaming
    make(1, start=3)

    assert client.get(f"{XLSX}?q={Meter.objects.earliest('pk').pk}").streaming
    assert client.get(CSV).streaming
    answer = client.get(f"{XLSX}?region=CAISO&columns=tags&page=x")

    assert answer["Location"] == f"{NEW}?region=CAISO&columns=tags"


def test_many_meters_are_asked_about_made_and_fetched(client: Client, make: Any, run_jobs: Callable[[], int]) -> None:
    make()
    query = "region=CAISO&columns=tags&columns=place"

    asked = client.get(f"{NEW}?{query}").content.decode()
    assert "Make the workbook of 3 meters" in asked
    assert "Region: <strong" in asked
    assert not Export.objects.exists()
    answer = client.post(f"{NEW}?{query}")
    waiting = client.get(answer["Location"]).content.decode()
    run_jobs()
    ready = client.get(answer["Location"]).content.decode()

    export = Export.objects.get()
    assert "Waiting to begin" in waiting
    assert 'http-equiv="refresh"' in waiting
    assert "Download the workbook" in ready
    assert 'http-equiv="refresh"' not in ready
    assert (export.query, export.meters, export.columns) == ("region=CAISO&columns=place&columns=tags", 3, 6)
    file = client.get(reverse("export-file", args=[export.pk]))
    assert file["Content-Disposition"] == f'attachment; filename="acme-meters-{timezone.now().date()}.xlsx"'
    content = b"".join(file.streaming_content)
    assert len(content) == export.size
    assert references_in(content) == ["partner_reference", "home-000003", "home-000002", "home-000001"]
    listed = client.get(reverse("exports")).content.decode()
    assert re.findall(r'data-label="Meters" class="num">\s*([^<]*?)\s*<', listed) == ["3"]


def test_workbook_made_in_the_background_is_the_one_that_is_downloaded_at_once(
    client: Client, make: Any, acme: Partner, user: User, run_jobs: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    monkeypatch.setattr(domain, "_AT_ONCE", 2)
    monkeypatch.setattr("onboarding.portfolio.views.MOST_DIRECT", 3)
    export = ask_export(acme, user, query="", by=BY)
    run_jobs()

    books = [fetched(client, export), b"".join(client.get(XLSX).streaming_content)]

    cells = [[*openpyxl.load_workbook(io.BytesIO(book)).active.values] for book in books]  # type: ignore[union-attr]  # one sheet
    assert len(cells[0]) == 4
    assert cells[0] == cells[1]


def test_two_clicks_make_one_workbook(client: Client, make: Any, run_jobs: Callable[[], int]) -> None:
    make()

    first, second = client.post(f"{NEW}?region=CAISO"), client.post(f"{NEW}?region=CAISO")
    run_jobs()
    later = client.post(f"{NEW}?region=CAISO")

    assert first["Location"] == second["Location"] != later["Location"]
    assert Event.objects.filter(verb="export.asked").count() == 2
    assert Event.objects.filter(verb="export.done").count() == 1


def test_partner_has_one_workbook_made_at_a_time(
    client: Client, make: Any, borealis: Partner, stranger: User, acme: Partner, user: User
) -> None:
    make()
    client.post(NEW)

    answer = client.post(f"{NEW}?region=CAISO")
    ask_export(borealis, stranger, query="", by=BY)

    assert answer["Location"] == f"{NEW}?region=CAISO"
    assert "We’re already making a workbook for Acme Energy." in client.get(answer["Location"]).content.decode()
    assert list(Export.objects.order_by("pk").values_list("partner__slug", "query")) == [("acme", ""), ("borealis", "")]


def test_progress_is_shown_while_it_is_made_and_the_page_is_loaded_anew_at_the_end(
    client: Client, make: Any, acme: Partner, user: User, run_jobs: Callable[[], int]
) -> None:
    make()
    export = ask_export(acme, user, query="", by=BY)
    path, polling = reverse("export", args=[export.pk]), {"HX-Request": "true"}
    Export.objects.update(state="running")
    Job.objects.update(state="running", done=2, total=3, lease_until=timezone.now() - timedelta(seconds=1))

    under_way = client.get(path, headers=polling)
    run_jobs()
    ready = client.get(path, headers=polling)

    assert "</strong>: 2 of 3 meters" in under_way.content.decode()
    assert "HX-Retarget" not in under_way
    assert ready["HX-Retarget"] == ready["HX-Reselect"] == "#main"


def falling(lines: Callable[..., Iterator[list[Any]]], falls: list[bool]) -> Callable[..., Iterator[list[Any]]]:
    """The lines of an export, which stop with an error after the second, as often as it is said."""

    def some(*args: Any) -> Iterator[list[Any]]:
        for number, line in enumerate(lines(*args)):
            if number == 2 and falls and falls.pop():
                raise RuntimeError("falls")
            yield line

    return some


def test_job_that_dies_half_way_is_run_again_and_makes_one_right_file(
    client: Client,
    make: Any,
    acme: Partner,
    user: User,
    folder: Path,
    run_jobs: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make()
    export = ask_export(acme, user, query="columns=tags", by=BY)
    monkeypatch.setattr(domain, "export_lines", falling(domain.export_lines, [True]))

    run_jobs()
    assert list(folder.iterdir()) == []
    (folder / f"{export.pk}.xlsx.7.partial").write_bytes(b"of a worker that was killed")
    Job.objects.update(not_before=timezone.now() - timedelta(days=1))
    run_jobs()

    export.refresh_from_db()
    assert [path.name for path in folder.iterdir()] == [f"{export.pk}.xlsx"]
    assert references_in(fetched(client, export)) == ["partner_reference", "home-000003", "home-000002", "home-000001"]
    assert Event.objects.filter(verb="export.done").count() == 1


def test_the_event_says_from_where_it_was_asked_for(client: Client, make: Any, run_jobs: Callable[[], int]) -> None:
    make()

    client.post(NEW)
    run_jobs()

    assert dict(Event.objects.filter(verb__startswith="export.").values_list("verb", "address")) == {
        "export.asked": "127.0.0.1",
        "export.done": "127.0.0.1",
    }


def test_job_that_dies_again_and_again_says_so_and_leaves_nothing(
    client: Client,
    make: Any,
    acme: Partner,
    user: User,
    folder: Path,
    run_jobs: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make()
    export = ask_export(acme, user, query="columns=tags", by=BY)
    monkeypatch.setattr(domain, "export_lines", falling(domain.export_lines, [True] * 3))

    for _ in range(3):
        Job.objects.update(not_before=timezone.now() - timedelta(days=1))
        run_jobs()

    page = client.get(reverse("export", args=[export.pk])).content.decode()
    assert "The workbook was not made" in page
    assert f'href="{NEW}?columns=tags">Try again' in page
    assert list(folder.iterdir()) == []
    assert client.get(reverse("export-file", args=[export.pk])).status_code == 404


def test_worker_that_lost_its_lease_puts_nothing_in_place(
    make: Any, acme: Partner, user: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    export = ask_export(acme, user, query="columns=tags", by=BY)
    lines = domain.export_lines

    def overtaken(*args: Any) -> Iterator[list[Any]]:
        yield from lines(*args)
        Job.objects.update(fence=F("fence") + 1)

    monkeypatch.setattr(domain, "export_lines", overtaken)
    jobs.run_next()

    export.refresh_from_db()
    assert (export.state, export.file) == ("running", "")
    assert list(folder.iterdir()) == []


def test_workbook_is_stored_outside_any_transaction(
    make: Any, acme: Partner, user: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server ends a transaction that says nothing for as long as a slow bucket takes."""
    make()
    export = ask_export(acme, user, query="columns=tags", by=BY)
    depth, depths = len(connection.savepoint_ids), []
    keep = Draft.keep

    def watched(draft: Draft, **options: Any) -> int:
        depths.append(len(connection.savepoint_ids))
        options["alive"]()  # raises when the lease is lost
        return keep(draft, **options)

    monkeypatch.setattr(Draft, "keep", watched)
    jobs.run_next()

    export.refresh_from_db()
    assert (export.state, depths) == ("done", [depth])
    assert export.size == (folder / f"{export.pk}.xlsx").stat().st_size


@pytest.mark.parametrize(("state", "left"), [("failed", 0), ("running", 1)])
def test_workbook_of_an_export_that_was_given_up_meanwhile_goes(
    make: Any, acme: Partner, user: User, folder: Path, monkeypatch: pytest.MonkeyPatch, state: str, left: int
) -> None:
    """While it was stored, another worker took the job; what that one stores stays."""
    make()
    export = ask_export(acme, user, query="columns=tags", by=BY)
    keep = Draft.keep

    def overtaken(draft: Draft, **options: Any) -> int:
        size = keep(draft, **options)
        Job.objects.update(fence=F("fence") + 1)
        Export.objects.update(state=state)
        return size

    monkeypatch.setattr(Draft, "keep", overtaken)
    jobs.run_next()

    export.refresh_from_db()
    assert (export.state, export.file) == (state, "")
    assert len(list(folder.iterdir())) == left


def test_lease_is_renewed_while_rows_are_made_and_while_they_are_packed(
    make: Any, acme: Partner, user: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    ask_export(acme, user, query="columns=tags", by=BY)
    monkeypatch.setattr(domain, "_AT_ONCE", 1)
    monkeypatch.setattr(domain, "_BEAT_SECONDS", 0)
    beats: list[int] = []
    beat = jobs.Run.beat

    def counted(run: jobs.Run, *, done: int, total: int) -> None:
        beats.append(done)
        beat(run, done=done, total=total)

    monkeypatch.setattr(jobs.Run, "beat", counted)
    jobs.run_next()

    assert beats[:3] == [0, 1, 2]
    assert len(beats[3:]) > 1
    assert set(beats[3:]) == {3}


def test_meters_and_exports_of_another_partner_are_out_of_reach(
    make: Any, acme: Partner, borealis: Partner, user: User, stranger: User, client_of: Any, run_jobs: Any, folder: Path
) -> None:
    make()
    make(1, borealis)
    export = ask_export(acme, user, query="columns=tags", by=BY)
    theirs = ask_export(borealis, stranger, query="columns=tags", by=BY)
    run_jobs()
    outside, inside = client_of(stranger), client_of(user)

    for name in ("export", "export-file"):
        assert outside.get(reverse(name, args=[export.pk])).status_code == 404
        assert inside.get(reverse(name, args=[export.pk])).status_code == 200
    assert references_in(fetched(outside, theirs)) == ["partner_reference", "home-000001"]
    assert str(export.pk) in inside.get(reverse("exports")).content.decode()
    assert str(export.pk) not in outside.get(reverse("exports")).content.decode()


def test_expired_workbook_is_gone_at_once_and_its_file_within_the_hour(
    client: Client, make: Any, acme: Partner, user: User, run_jobs: Callable[[], int]
) -> None:
    make()
    export, kept = (ask_and_make(acme, user, query, run_jobs) for query in ("columns=tags", "columns=place"))
    Export.objects.filter(pk=export.pk).update(expires_at=timezone.now())
    assert path_of(export.file).exists()
    file = reverse("export-file", args=[export.pk])

    assert client.get(file).status_code == 404
    assert "This workbook is deleted" in client.get(reverse("export", args=[export.pk])).content.decode()
    run_periodic_tasks()

    assert not path_of(export.file).exists()
    assert client.get(file).status_code == 404
    assert path_of(kept.file).exists()
    assert list(Export.objects.order_by("pk").values_list("state", "file")) == [("expired", ""), ("done", kept.file)]


def ask_and_make(partner: Partner, user: User, query: str, run_jobs: Callable[[], int]) -> Export:
    export = ask_export(partner, user, query=query, by=BY)
    run_jobs()
    export.refresh_from_db()
    return export


def test_done_workbook_without_its_file_is_not_found(
    client: Client, make: Any, acme: Partner, user: User, run_jobs: Callable[[], int]
) -> None:
    make()
    export = ask_and_make(acme, user, "columns=tags", run_jobs)
    path_of(export.file).unlink()

    assert client.get(reverse("export-file", args=[export.pk])).status_code == 404


def test_too_many_for_a_workbook_are_told_what_to_do(
    client: Client, make: Any, acme: Partner, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    monkeypatch.setattr(domain, "MOST_CELLS", 8)

    page = client.get(f"{NEW}?region=CAISO&columns=tags&columns=upload").content.decode()

    assert "Too many meters for one workbook" in page
    assert "can have up to 2 meters" in page
    assert f'href="{CSV}?region=CAISO&amp;columns=upload&amp;columns=tags"' in page
    assert "Choose fewer columns" in page
    assert "<form method" not in page.split("<h1>")[1].split("</main>")[0]
    with pytest.raises(Refused) as refusal:
        ask_export(acme, user, query="columns=tags&columns=upload", by=BY)
    assert [problem.code for problem in refusal.value.problems] == ["EXPORT_TOO_LARGE"]
    answer = client.post(f"{NEW}?columns=tags&columns=upload")
    assert answer["Location"] == f"{NEW}?columns=upload&columns=tags"
    assert ask_export(acme, user, query=f"q={Meter.objects.earliest('pk').pk}&columns=tags", by=BY).meters == 1


def test_most_meters_of_a_workbook_follow_from_its_columns(acme: Partner) -> None:
    paths = [column.key.split(".") for column in schema_for().columns]
    fields = {tuple(part for part in path if not part.isdigit()) for path in paths}

    assert plan_of(acme, "columns=tags").most == domain.MOST_METERS
    assert plan_of(acme, "columns=place&columns=tags&columns=upload").most == domain.MOST_CELLS // 7
    assert plan_of(acme, "").most == domain.MOST_CELLS // (len(fields) + len(PORTAL_FACTS) + 1)
    programs = Program.objects.filter(is_offered=True).count()
    assert plan_of(acme, "").columns == len(schema_for().columns) + len(PORTAL_FACTS) + programs


def test_export_of_a_filter_that_cannot_be_understood_holds_nothing(acme: Partner, make: Any) -> None:
    make()

    assert plan_of(acme, "").meters == 3
    assert plan_of(acme, "region=MARS").meters == 0


@pytest.mark.parametrize("count", [1, 3])
def test_query_counts_do_not_grow_with_exports(
    client: Client, acme: Partner, user: User, count: int, run_jobs: Any, django_assert_num_queries: Any
) -> None:
    exports = [ask_and_make(acme, user, f"columns=tags&q={number}", run_jobs) for number in range(count)]
    pinned = {reverse("exports"): 4, reverse("export", args=[exports[0].pk]): 4, NEW: 6}

    for path, queries in pinned.items():
        client.get(path)
        with django_assert_num_queries(queries):
            client.get(path)
