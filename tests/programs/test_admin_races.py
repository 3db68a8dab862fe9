"""Two administrators who save one row at the same moment: one saves, the other is asked. Needs concurrent writers."""

import pytest
from django.db import connection

from programs.models import Program
from tests.conftest import make_user
from tests.portal.partners.test_races import at_once
from tests.programs.test_admin import form_of, url

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("catalogue"),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time"),
]


def test_of_two_saves_at_once_one_is_asked(client_of, staff):
    other = make_user("olga@portal.example", "Olga Other", is_staff=True, is_superuser=True)
    program = Program.objects.get(identifier="CEC-DSGS")
    address = url("program_change", program.pk)
    clients = [client_of(staff), client_of(other)]
    forms = [
        form_of(client, address) | {"name": name, "_rows_shown": client.get(address).context["rows_shown"]}
        for client, name in zip(clients, ("First", "Second"), strict=True)
    ]
    answers: list[int] = []

    at_once(
        lambda: answers.append(clients[0].post(address, forms[0]).status_code),
        lambda: answers.append(clients[1].post(address, forms[1]).status_code),
    )

    assert connection.vendor == "postgresql"
    assert sorted(answers) == [200, 302]
    assert program.history.filter(name__in=["First", "Second"]).count() == 1
