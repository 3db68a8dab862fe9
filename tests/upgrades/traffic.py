"""What a partner's people and software do with a portal while it is upgraded: each action says whether it got what it
should. It speaks HTTP only, so it knows no version of the code."""

import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import requests

from tests import builders
from tests.forms import form_with

PROGRAM = "CEC-DSGS"
WAIT_SECONDS = 120  # for a worker: the machine may be busy
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_IN_WORK = ("received", "checking", "committing")


class Wrong(Exception):
    """An answer that is none: a server error, or a page without what it should have."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One action: when it began, how long it took and what was wrong with it, if anything was."""

    action: str
    began: float
    seconds: float
    wrong: str


class Partner:
    """A partner's browser and its software, both at one portal."""

    def __init__(self, port: int, *, session: str, key: str, name: str, state_of: Callable[[str], str]) -> None:
        """state_of: the state of an upload, asked of the database."""
        self.address, self.name = f"http://localhost:{port}", name
        self.browser, self.software = requests.Session(), requests.Session()
        self.browser.cookies.set("sessionid", session, domain="localhost.local")
        self.software.headers["Authorization"] = f"Bearer {key}"
        self.written: list[str] = []
        self.staged: list[str] = []
        self._state_of = state_of
        self._number = 0
        self._chance = random.Random(name)

    # --- actions

    def lists_meters(self) -> None:
        self._page("/meters/", "San Francisco, CA")

    def finds_by_reference(self) -> None:
        reference = self._some()
        self._page(f"/meters/?q={reference}", f">{reference}<")

    def finds_by_address(self) -> None:
        self._page("/meters/?q=Oak Street", "CAISO")

    def finds_what_was_written(self) -> None:
        for reference in self.written[-1:]:
            self._page(f"/meters/?q={reference}", reference)

    def opens_a_meter(self) -> None:
        reference = self._some()
        self._page(f"/meters/{self._meter(reference)}/", reference)

    def opens_a_form(self) -> None:
        page = self._page(f"/meters/new/{PROGRAM}/", "utility.utility_name")
        if "PGE" not in page:
            raise Wrong("the form does not offer a utility")

    def opens_other_pages(self) -> None:
        for path in ("/", "/uploads/", "/calendar/", "/programs/", f"/programs/{PROGRAM}/", "/meters/drafts/"):
            answer = self.browser.get(self.address + path, timeout=60)
            if answer.status_code >= 500:
                raise Wrong(f"{path}: {answer.status_code}")

    def downloads_a_template(self) -> None:
        answer = self.browser.get(f"{self.address}/programs/{PROGRAM}/template.csv", timeout=60)
        self._check(answer, "utility.utility_name")

    def uploads_a_sheet(self) -> None:
        """Upload, preview, confirm, receipt."""
        references = [self._new() for _ in range(3)]
        upload = self._uploaded(references)
        self._confirmed(upload, references)

    def stages_a_sheet(self) -> None:
        """An upload that is confirmed later, perhaps by the next version."""
        self.staged.append(self._uploaded([self._new() for _ in range(2)]))

    def adds_a_meter(self) -> None:
        reference = self._new()
        page = self._page(f"/meters/new/{PROGRAM}/", "customer.city")
        fields = form_with(page, "customer.")
        cells = {key: str(value) for key, value in self._row(reference).items()}
        self._confirm_draft(self._post(f"/meters/new/{PROGRAM}/", fields | cells | {"do": "check"}))
        self.written.append(reference)

    def changes_a_meter(self) -> None:
        """Gives a meter another serial number and account, by its form."""
        path = f"/meters/{self._meter(self._some())}/edit/"
        fields = form_with(self._page(path, "customer.city"), "customer.")
        number = self._chance.randrange(10**9, 10**10)
        told = fields | {
            "device.device_serial_number": f"cx-{number}",
            "utility.electric_service_account_number": str(number),
        }
        self._confirm_draft(self._post(path, told | {"do": "check"}))

    def creates_by_api(self) -> None:
        reference = self._new()
        number = self._chance.randrange(10**7, 10**8)
        asset = builders.asset(number) | {
            "partner_reference": reference,
            "device": {"device_serial_number": f"a-{number}"},
        }
        asset |= {"utility": {"utility_name": "PGE", "electric_service_account_number": f"77-{number}"}}
        body = builders.json_bytes([asset])
        answer = self.software.post(
            f"{self.address}/v1.1/jobs/meters", body, headers={"Content-Type": "application/json"}, timeout=60
        )
        job = self._json(answer, 201)["job_id"]
        self._until(lambda: self._job(job)["status"] != "PROCESSING", f"API job {job}")
        told = self._job(job)
        if told["status"] != "COMPLETED":
            raise Wrong(f"API job: {told}")
        self.written.append(reference)

    def reads_by_api(self) -> None:
        answer = self.software.get(f"{self.address}/v2/meters/{self._meter(self._some())}", timeout=60)
        self._json(answer, 200)

    # --- the same again, for the version that comes after

    def confirms_what_was_staged(self) -> None:
        """Uploads that were checked before become meters now."""
        for upload in self.staged:
            self._confirm(upload)
            if self._state_of(upload) != "done":
                raise Wrong(f"upload {upload} is {self._state_of(upload)}")

    # --- how

    def _uploaded(self, references: list[str]) -> str:
        page = self._page("/uploads/new/", "file")
        file = builders.csv_bytes([self._row(reference) for reference in references])
        told = {"csrfmiddlewaretoken": form_with(page, "file")["csrfmiddlewaretoken"], "programs": [PROGRAM]}
        answer = self.browser.post(
            f"{self.address}/uploads/new/", told, files={"file": (f"{references[0]}.csv", file)}, timeout=60
        )
        self._check(answer)
        if not (match := _ID.search(answer.url)):
            raise Wrong(f"no upload: {answer.url}")
        upload = match[0]
        self._until(lambda: self._state_of(upload) not in _IN_WORK, f"upload {upload} is not checked")
        if self._state_of(upload) != "ready":
            raise Wrong(f"upload {upload} is {self._state_of(upload)}")
        self._page(f"/uploads/{upload}/", references[0])
        return upload

    def _confirmed(self, upload: str, references: list[str]) -> None:
        self._confirm(upload)
        receipt = self._check(self.browser.get(f"{self.address}/uploads/{upload}/receipt.csv", timeout=60))
        if receipt.count("METER_CREATED") != len(references):
            raise Wrong(f"receipt of {upload} ({self._state_of(upload)}): {receipt[:600]}")
        self.written += references

    def _confirm(self, upload: str) -> None:
        """Confirm it. Where the catalogue has changed since its check, it is checked again first, as its page says."""
        self._check(self._post(f"/uploads/{upload}/confirm/", {}))
        if self._state_of(upload) == "ready":
            self._check(self._post(f"/uploads/{upload}/check-again/", {}))
            self._until(lambda: self._state_of(upload) not in _IN_WORK, f"upload {upload} is not checked again")
            self._check(self._post(f"/uploads/{upload}/confirm/", {}))
        self._until(lambda: self._state_of(upload) not in (*_IN_WORK, "ready"), f"upload {upload} is not written")

    def _confirm_draft(self, preview: requests.Response) -> None:
        page = self._check(preview)
        if not preview.url.endswith("/check/"):
            raise Wrong(f"the form was refused: {_text(page)[-600:]}")
        done = self._post(preview.url.removeprefix(self.address), form_with(page, "mark"))
        self._check(done)
        if done.url.endswith("/check/"):
            raise Wrong(f"the draft was not written: {_text(done.text)[-600:]}")

    def _row(self, reference: str) -> dict[str, object]:
        number = self._chance.randrange(10**7, 10**8)
        return builders.row(number, partner_reference=reference, customer__street_1=f"{number} Oak Street")

    def _new(self) -> str:
        self._number += 1
        return f"{self.name}-{self._number:05d}"

    def _some(self) -> str:
        return f"gen-{self._chance.randrange(1, 500):08d}"

    def _meter(self, reference: str) -> str:
        page = self._page(f"/meters/?q={reference}", reference)
        if not (match := re.search(rf"/meters/({_ID.pattern})/", page)):
            raise Wrong(f"the list does not link to {reference}")
        return match[1]

    def _job(self, job: str) -> dict[str, str]:
        return self._json(self.software.get(f"{self.address}/v1.1/jobs/meters/{job}", timeout=60), 200)

    def _json(self, answer: requests.Response, status: int) -> dict[str, str]:
        if answer.status_code != status:
            raise Wrong(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:300]}")
        return dict(answer.json())

    def _page(self, path: str, *holds: str) -> str:
        return self._check(self.browser.get(self.address + path, timeout=60), *holds)

    def _post(self, path: str, fields: dict[str, object]) -> requests.Response:
        told = {**fields, "csrfmiddlewaretoken": self.browser.cookies["csrftoken"]}
        return self.browser.post(self.address + path, told, timeout=60)

    def _check(self, answer: requests.Response, *holds: str) -> str:
        if answer.status_code not in (200, 422):
            raise Wrong(f"{answer.request.method} {answer.url}: {answer.status_code}")
        if missing := [text for text in holds if text not in answer.text]:
            raise Wrong(f"{answer.request.method} {answer.url}: without {missing}: {_text(answer.text)[-300:]}")
        return answer.text

    def _until(self, is_so: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + WAIT_SECONDS
        while not is_so():
            if time.monotonic() > until:
                raise Wrong(f"not within {WAIT_SECONDS} s: {what}")
            time.sleep(0.1)


READING = ("lists_meters", "finds_by_reference", "finds_by_address", "finds_what_was_written", "opens_a_meter")
READING += ("opens_a_form", "opens_other_pages", "downloads_a_template", "reads_by_api")
WRITING = ("uploads_a_sheet", "adds_a_meter", "changes_a_meter", "creates_by_api", "stages_a_sheet")


class Traffic:
    """Partners that go on with their actions, one after the other, until told to stop."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def go_on(self, partner: Partner, actions: tuple[str, ...]) -> None:
        def repeat() -> None:
            while not self._stopping.is_set():
                self.rounds(partner, actions)

        thread = threading.Thread(target=repeat, daemon=True)
        self._threads.append(thread)
        thread.start()

    def rounds(self, partner: Partner, actions: tuple[str, ...]) -> None:
        """Each action once."""
        for action in actions:
            began = time.time()
            wrong = _tried(getattr(partner, action))
            self.answers.append(Answer(action, began, time.time() - began, wrong))

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(WAIT_SECONDS * 2)

    @property
    def wrong(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.wrong]


def _tried(action: Callable[[], None]) -> str:
    """What was wrong with it; nothing otherwise."""
    try:
        action()
    except (Wrong, requests.RequestException, StopIteration, KeyError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _text(page: str) -> str:
    """What a page says, about."""
    return " ".join(re.sub(r"<(script|style|head).*?</\1>|<[^>]+>", " ", page, flags=re.S).split())
