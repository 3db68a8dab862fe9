"""What is done to the two hosts. Each trial yields findings: what was looked at, what was expected, what was found."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

from tests import builders
from tests.chaos.ledger import Count

from .hosts import Host, Site

Finding = tuple[str, object, object]
ROWS = 4_000
HUGE = 20_000
SMALL = 100


@dataclass
class Trials:
    """The site, the keys of its partners, and how much there must be by now."""

    site: Site
    keys: list[str]
    rows: int = 0
    uploads: int = 0
    sent_at: dict[str, float] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1, HUGE))

    def send(self, host: Host, rows: int, *, partner: int = 0) -> str:
        """A file of new rows."""
        content = builders.csv_bytes(builders.rows(rows, next(self.numbers)))
        pk = host.send(self.keys[partner], content)
        self.sent_at[pk] = time.monotonic()
        self.rows, self.uploads = self.rows + rows, self.uploads + 1
        return pk

    def whole(self, *pks: str) -> Iterator[Finding]:
        """Once these are through: everything there is, each once."""
        for pk in pks:
            state = self.site.outside.wait_for(pk, "done", seconds=180)
        counted = Count.of(state, self.rows)
        yield "rows as meters", self.rows, counted.rows
        yield "twice", 0, counted.twice + counted.events_twice
        yield "without event", 0, counted.without_event
        yield "wrong in the event log", 0, counted.chain
        yield "files in the store", self.uploads, self.site.files()

    # --- the trials

    def other_host_works(self) -> Iterator[Finding]:
        """Files that host A takes are checked and committed by host B, which alone has a worker."""
        self._end_workers()
        self.site.b.start_worker(name="b")
        pks = [self.send(self.site.a, 500) for _ in range(3)]
        yield from self.whole(*pks)
        yield "workers of A", 1, len(self.site.a.workers)  # the web server alone

    def frozen(self) -> Iterator[Finding]:
        """Host A stops between two chunks, past its lease; B goes on; A wakes up and wants to write."""
        a, b = self.site.a, self.site.b
        late = a.said_of_late_writes()
        pk = self._begun_by_a_alone()
        while True:
            time.sleep(random.random() * 0.05)
            a.freeze()
            if self.site.outside.is_running_unlocked():
                break
            a.thaw()  # within a transaction; that is tried by pulling the cable and by tests/chaos
        claims = self.site.outside.claims()
        b.start_worker(name="b")
        self._until_claimed_after(claims)
        a.thaw()
        yield from self.whole(pk)
        self.site.outside.until(lambda: a.said_of_late_writes() > late, seconds=30, why="A noticed")
        yield "late writes refused", 1, a.said_of_late_writes() - late

    def killed(self) -> Iterator[Finding]:
        """All processes of host A are killed; B goes on, and A comes back."""
        pk = self._begun_by_a_alone()
        self.site.a.kill_all()
        self.site.b.start_worker(name="b")
        yield from self.whole(pk)
        self.site.a.start_web()
        yield "A answers again", True, self.site.a.answers()

    def cut_off(self) -> Iterator[Finding]:
        """The cable of host A is pulled at any moment, until B has taken over, and for longer than the servers wait."""
        pk = self._begun_by_a_alone()
        claims = self.site.outside.claims()
        self.site.a.pull_the_cable()
        yield "A answers while cut off", False, self.site.a.answers()
        self.site.b.start_worker(name="b")
        self._until_claimed_after(claims)
        self.site.a.plug_it_in()
        yield from self.whole(pk)
        self.site.outside.until(self.site.a.answers, seconds=60, why="A answers again")
        last = self.send(self.site.a, 500)
        yield from self.whole(last)

    def broker_gone(self) -> Iterator[Finding]:
        """No broker while both hosts take files; then it is back, and empty."""
        self._end_workers()
        self.site.a.start_worker(name="a")
        self.site.b.start_worker(name="b")
        self.site.broker.kill()
        pks = [self.send(host, 500) for host in (self.site.a, self.site.b)]
        time.sleep(2)
        self.site.broker.start()
        yield from self.whole(*pks)

    def fair_turns(self) -> Iterator[Finding]:
        """One partner has a huge file under way; all others send a small one at once."""
        self._end_workers()
        for host in (self.site.a, self.site.b):
            host.start_worker(name=host.namespace, JOB_LEASE_SECONDS="20")  # as usual: with 20 jobs, each is slow
        huge = self.send(self.site.a, HUGE)
        self.site.outside.until_count("rows", self.site.outside.count("rows") + 1)
        others = range(1, len(self.keys))
        contents = {n: builders.csv_bytes(builders.rows(SMALL)) for n in others}
        hosts = [self.site.a, self.site.b]

        def send(partner: int) -> str:
            pk = hosts[partner % 2].send(self.keys[partner], contents[partner])
            self.sent_at[pk] = time.monotonic()
            return pk

        with ThreadPoolExecutor(len(others)) as threads:
            pks = list(threads.map(send, others))
        self.rows, self.uploads = self.rows + SMALL * len(pks), self.uploads + len(pks)
        waited = self._waits(pks)
        before = self.site.outside.status(huge) != "done"
        print("waited, in seconds: " + ", ".join(f"{n}: {waited[pk]:.0f}" for n, pk in zip(others, pks, strict=True)))
        yield "small files done before the huge one", (len(pks), True), (len(waited), before)
        yield from self.whole(huge)
        print(f"the huge file: {time.monotonic() - self.sent_at[huge]:.0f}")

    # --- steps that they share

    def _begun_by_a_alone(self) -> str:
        """A file that a worker of A is in the middle of, while B has none."""
        outside = self.site.outside
        self._end_workers()
        before = outside.count("rows")
        self.site.a.start_worker(name="a", concurrency=1)
        pk = self.send(self.site.b, ROWS)
        outside.until(lambda: outside.count("rows") > before, seconds=120, why="A has begun")
        assert outside.status(pk) == "checking", "it was done too soon; the trial would prove nothing"
        return pk

    def _end_workers(self) -> None:
        """Only the web servers go on, which are the first process of each host."""
        for host in (self.site.a, self.site.b):
            for worker in host.workers[1:]:
                host.kill(worker)

    def _until_claimed_after(self, claims: int) -> None:
        outside = self.site.outside
        outside.until(lambda: outside.claims() > claims, seconds=90, why="B has taken the job over")

    def _waits(self, pks: list[str]) -> dict[str, float]:
        """After how many seconds each was done."""
        outside, waited = self.site.outside, dict[str, float]()

        def are_all_done() -> bool:
            for pk in pks:
                if pk not in waited and outside.status(pk) == "done":
                    waited[pk] = time.monotonic() - self.sent_at[pk]
            return len(waited) == len(pks)

        outside.until(are_all_done, seconds=180, why="the small files are done")
        return waited

    def all(self) -> dict[str, tuple[str, Callable[[], Iterator[Finding]]]]:
        """Each trial by its name on the command line, with its name in the table."""
        return {
            "other": ("Taken by A, worked off by B", self.other_host_works),
            "frozen": ("A frozen past its lease (SIGSTOP)", self.frozen),
            "killed": ("A killed (SIGKILL)", self.killed),
            "cut": ("A cut off (link down)", self.cut_off),
            "broker": ("Broker gone and back", self.broker_gone),
            "fair": (f"{len(self.keys)} partners at once", self.fair_turns),
        }
