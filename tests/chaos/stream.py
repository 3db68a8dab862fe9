"""Writers and readers of the event log that are killed again and again, all in one act."""

import json
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connections, transaction

from portal.events.actors import Actor
from portal.events.domain import record_many
from portal.events.models import Event, Publication
from portal.events.published import PUBLISHED, published_after, settled_to
from portal.events.relay import publish_settled
from portal.partners.models import Partner
from portal.storage.locks import hold

BY = Actor.system("Chaos")
WRITERS, READERS = 4, 2
SUBJECTS = [f"00000000-0000-0000-0000-{number:012}" for number in range(6)]
TOLD = {PUBLISHED: {"partner_reference": "home-1", "transmission_region": "CAISO", "meter_type": "DEVICE"}}


def write(chance: random.Random) -> None:
    """Transactions of a few events, which take their time and do not all end well. Whoever writes of a subject holds
    it."""
    partner = Partner.objects.get(slug="acme")
    while True:
        try:
            with transaction.atomic():
                for subject in sorted(chance.sample(SUBJECTS, chance.randint(1, 2))):
                    hold(subject)
                    happenings = [("meter.created", subject, TOLD)] * chance.randint(1, 3)
                    record_many("meter", happenings, partner=partner, by=BY)
                    time.sleep(chance.random() * 0.02)
                if chance.random() < 0.3:
                    raise RuntimeError("changed its mind")
        except RuntimeError:
            pass
        time.sleep(chance.random() * 0.005)


def read(chance: random.Random, diary: Path) -> None:
    """A program that keeps what it got, and goes on after the last that it kept."""
    partner = Partner.objects.get(slug="acme")
    kept = diary.read_text() if diary.exists() else ""
    whole = kept[: kept.rfind("\n") + 1]  # it may have died in the middle of a line
    diary.write_text(whole)
    last = json.loads(whole.splitlines()[-1])[0] if whole else 0
    with diary.open("a") as file:
        while True:
            publish_settled(seconds=0.05)
            for event in published_after(last, limit=chance.randint(1, 20), partner=partner.pk):
                file.write(json.dumps([event.number, str(event.id), event.subject, event.sequence]) + "\n")
                file.flush()
                last = event.number
            time.sleep(0.005)


def write_and_read(seed: str, kills: str, folder: str) -> dict[str, object]:
    """Kill one of them so many times, each time at once replaced; then let the readers come to the end. Returns what
    was committed, what each reader got, and whether the sequences are whole."""
    chance = random.Random(int(seed))
    diaries = [Path(folder) / f"reader-{number}" for number in range(READERS)]
    works: list[Callable[[random.Random], None]] = [write] * WRITERS
    works += [lambda own, diary=diary: read(own, diary) for diary in diaries]  # type: ignore[misc]  # a default of its own
    running = [_fork(work, chance.random()) for work in works]
    for _ in range(int(kills)):
        time.sleep(0.03 + chance.random() * 0.07)
        place = chance.randrange(len(works))
        _kill(running[place])
        running[place] = _fork(works[place], chance.random())
    for process in running[:WRITERS]:
        _kill(process)
    _until(lambda: publish_settled(seconds=1) == 0 and settled_to() >= Event.objects.order_by("-pk")[0].pk)
    committed = list(Event.objects.filter(verb="meter.created").order_by("pk").values_list("pk", flat=True))
    connections.close_all()
    _until(lambda: all(_last_of(diary) == committed[-1] for diary in diaries))
    for process in running[WRITERS:]:
        _kill(process)
    got = [[json.loads(line) for line in diary.read_text().splitlines()] for diary in diaries]
    rows = Publication.objects.order_by("number").values_list("subject", "sequence")
    by_subject: dict[str, list[int]] = {}
    for subject, sequence in rows:
        by_subject.setdefault(subject, []).append(sequence)
    return {
        "committed": committed,
        "got": [[number for number, *_ in lines] for lines in got],
        "ids": [len({name for _, name, *_ in lines}) for lines in got],
        "whole": all(sequences == list(range(1, len(sequences) + 1)) for sequences in by_subject.values()),
    }


def _fork(work: Callable[[random.Random], None], seed: float) -> int:
    connections.close_all()
    process = os.fork()
    if process == 0:
        try:
            work(random.Random(seed))
        finally:
            os._exit(1)
    return process


def _kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def _last_of(diary: Path) -> int:
    lines = diary.read_text().splitlines() if diary.exists() else []
    return int(json.loads(lines[-1])[0]) if lines else 0


def _until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until, "it does not come to an end"
        time.sleep(0.05)
