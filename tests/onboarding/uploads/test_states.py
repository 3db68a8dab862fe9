"""The states of an upload: every transition of the table works, every other is refused, and one of two wins."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from onboarding.uploads.models import Upload, UploadState
from onboarding.uploads.states import TRANSITIONS, move, move_or_refuse
from portal.jobs import domain as jobs
from portal.jobs.models import Job
from portal.partners.models import Partner
from portal.problems import Refused

PAIRS = [(before, to) for before in UploadState for to in UploadState]
ALLOWED = [(before, to) for before, to in PAIRS if to in TRANSITIONS[before]]
REFUSED = [pair for pair in PAIRS if pair not in ALLOWED]


def make(partner: Partner, state: UploadState) -> Upload:
    return Upload.objects.create(partner=partner, actor={}, file_name="meters.csv", size=1, state=state)


def test_table_names_every_state() -> None:
    assert set(TRANSITIONS) == set(UploadState)


@pytest.mark.parametrize(("before", "to"), ALLOWED)
def test_transition_of_the_table_moves_the_upload_with_its_fields(
    acme: Partner, before: UploadState, to: UploadState
) -> None:
    upload = make(acme, before)
    then = timezone.now()

    assert move(upload, to, counts={"rows": 3})

    stored = Upload.objects.get()
    assert (stored.state, stored.counts) == (upload.state, upload.counts) == (to, {"rows": 3})
    assert stored.updated_at == upload.updated_at >= then


@pytest.mark.parametrize(("before", "to"), REFUSED)
def test_other_transition_changes_nothing(acme: Partner, before: UploadState, to: UploadState) -> None:
    upload = make(acme, before)

    assert not move(upload, to, counts={"rows": 3})
    with pytest.raises(Refused, match="UPLOAD_NOT_READY"):
        move_or_refuse(upload, to)

    stored = Upload.objects.get()
    assert (stored.state, stored.counts) == (upload.state, upload.counts) == (before, {})


def test_of_two_who_saw_the_same_state_one_moves_it(acme: Partner) -> None:
    make(acme, UploadState.READY)
    first, second = Upload.objects.get(), Upload.objects.get()

    assert [move(first, UploadState.COMMITTING), move(second, UploadState.WITHDRAWING)] == [True, False]
    assert (second.state, Upload.objects.get().state) == ("ready", "committing")


@pytest.mark.parametrize(
    ("kind", "state", "after", "code"),
    [
        ("uploads.commit", UploadState.COMMITTING, "ready", "COMMIT_STOPPED"),
        ("uploads.commit", UploadState.DONE, "done", None),
        ("uploads.withdraw", UploadState.WITHDRAWING, "done", "WITHDRAWAL_STOPPED"),
        ("uploads.withdraw", UploadState.WITHDRAWN, "withdrawn", None),
        ("uploads.check", UploadState.CHECKING, "failed", "CHECK_STOPPED"),
        ("uploads.check", UploadState.READY, "ready", None),
    ],
)
def test_job_that_is_given_up_gives_back_only_what_it_was_working_on(
    acme: Partner, kind: str, state: UploadState, after: str, code: str | None
) -> None:
    upload = make(acme, state)

    jobs.fail(Job.objects.create(kind=kind, subject_id=str(upload.pk), partner=acme), "stopped")

    upload.refresh_from_db()
    assert (upload.state, upload.problem.get("code")) == (after, code)


@pytest.mark.parametrize("kind", ["uploads.check", "uploads.commit", "uploads.withdraw"])
@pytest.mark.parametrize("state", [UploadState.READY, UploadState.DONE, UploadState.WITHDRAWN, UploadState.MERGED])
def test_job_that_runs_once_more_after_its_work_is_over_changes_nothing(
    acme: Partner, kind: str, state: UploadState
) -> None:
    upload = make(acme, state)
    jobs.enqueue(kind, subject_id=upload.pk, partner=acme)

    jobs.run_next()

    stored = Upload.objects.get()
    assert (stored.state, stored.rounds, Job.objects.get().state) == (state, 0, "done")


def assignments(tree: ast.AST) -> Iterator[ast.AST]:
    """Where a tree writes a state: `upload.state = …`, or `state=UploadState.…` in a call that is not a filter."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [inner for target in targets for inner in ast.walk(target)]
            if any(isinstance(name, ast.Attribute) and name.attr == "state" for name in names):
                yield node
        called = getattr(node, "func", None)
        name = getattr(called, "attr", getattr(called, "id", ""))
        if isinstance(node, ast.Call) and name not in {"filter", "exclude", "get", "Q"}:
            for keyword in node.keywords:
                if keyword.arg == "state" and "'UploadState'" in ast.dump(keyword.value):
                    yield node


def test_only_one_file_writes_the_state() -> None:
    room = Path(settings.BASE_DIR) / "onboarding"
    sources = {path: path.read_text() for path in room.rglob("*.py") if "migrations" not in path.parts}
    writers = {
        str(path.relative_to(room))
        for path, source in sources.items()
        if (re.search(r"\bUploadState\b", source) or path.is_relative_to(room / "uploads"))
        and any(assignments(ast.parse(source)))
    }

    assert writers == {"uploads/states.py"}
