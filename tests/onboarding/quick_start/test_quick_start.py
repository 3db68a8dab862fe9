"""The quick start: a key made on the page, and commands that are complete and taken by the API as they are."""

import json
import re
import shlex
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from onboarding.meters.models import Meter
from onboarding.quick_start.commands import commands, example_of, programs_shown
from portal.partners.keys import authenticate_api_key
from portal.partners.models import ApiKey
from programs.models import Program

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def answered(command: str) -> Any:
    """What the API answers to a command, called as curl would call it."""
    _, _, url, *rest = shlex.split(command.replace("\\\n", " "))
    given = list(zip(rest[::2], rest[1::2], strict=True))
    headers = dict(value.split(": ", 1) for name, value in given if name == "-H")
    kind = headers.pop("Content-Type", "application/json")
    body = [value for name, value in given if name == "-d"]
    path = url.removeprefix("http://testserver")
    if body:
        return Client().post(path, body[0], content_type=kind, headers=headers)
    return Client().get(path, headers=headers)


def test_commands_shown_create_a_meter_with_the_key_made_here(acme, manager, client_of, run_jobs):
    page = client_of(manager).post("/developers/")

    made, text = page.context["made"]
    create, job, enrollment = (command.text for command in page.context["commands"])
    first, again = answered(create), answered(create)
    run_jobs()
    listed = answered(job).json()["jobs"]
    meters = answered(enrollment).json()["meters"]

    assert (authenticate_api_key(text), made.permissions) == (made, ["READ_METERS", "WRITE_METERS"])
    assert (first.status_code, again.json()) == (201, first.json())
    assert [(one["job_id"], one["status"]) for one in listed] == [(first.json()["job_id"], "COMPLETED")]
    assert [one["meter_id"] for one in meters] == [str(Meter.objects.get(partner=acme).pk)]
    assert "no-store" in page["Cache-Control"]
    assert text not in client_of(manager).get("/developers/").content.decode()


def test_member_sees_the_commands_and_a_key_is_made_by_managers(user, client_of):
    page = client_of(user).get("/developers/").content.decode()

    assert page.count("Bearer YOUR_KEY") == 2 * 3  # to read and to copy
    assert "Ask a manager of Acme Energy for a key" in page
    assert client_of(user).post("/developers/").status_code == 403
    assert ApiKey.objects.count() == 0


def test_sent_twice_within_a_minute_makes_one_key(manager, client_of):
    client = client_of(manager)

    with time_machine.travel(timezone.now(), tick=False):
        answers = [client.post("/developers/") for _ in range(2)]

    assert ([answer.status_code for answer in answers], ApiKey.objects.count()) == ([200, 422], 1)
    assert "A key named Quick start" in answers[1].content.decode()


def test_every_program_that_takes_assets_has_an_example(acme):
    shown = programs_shown(acme)

    assert len(shown) > 3
    assert [program.identifier for program in shown if example_of([program]) is None] == []


def test_apostrophes_do_not_end_the_quotes_of_the_shell(acme):
    example = example_of(programs_shown(acme))
    assert example is not None
    example.asset["customer"]["city"] = "Coeur d'Alene"

    [create, *_] = commands(example, base="http://testserver", key="k")

    body = shlex.split(create.text.replace("\\\n", " "))[-1]
    assert json.loads(body)["assets"][0]["customer"]["city"] == "Coeur d'Alene"


def test_page_without_any_program_says_so(user, client_of):
    Program.objects.update(is_offered=False)

    page = client_of(user).get("/developers/").content.decode()

    assert "No programs accept assets by API right now." in page
    assert re.search(r"curl -sS", page) is None
