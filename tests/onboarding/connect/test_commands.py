"""The commands: a link from the command line, and what the demo needs."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from onboarding.connect.links import address_of
from onboarding.connect.models import ConnectLink, RedirectHost
from onboarding.connect.queries import connect_programs, connected_utilities
from portal.events.models import Event
from portal.partners.models import Partner
from programs.models import UtilityConnection
from tests.onboarding.connect import builders as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("create_connect_link", *words, stdout=out)
    return out.getvalue()


def test_the_address_alone_is_printed(acme: Partner) -> None:
    make.host(acme)
    program = connect_programs("CAISO")[0].identifier

    printed = run(
        *("--partner", "acme", "--region", "CAISO", "--variant", "COMMERCIAL", "--program", program),
        *("--final-redirect", "https://www.acme.example/thanks"),
    )

    link = ConnectLink.objects.get()
    assert printed == f"{address_of(link)}\n"
    assert (link.title, link.variant, link.programs) == ("caiso-commercial", "COMMERCIAL", [program])
    assert link.final_redirect == "https://www.acme.example/thanks"
    assert Event.objects.get(verb="connectlink.created").actor_label == "Command line"


def test_each_link_has_a_title_of_its_own(acme: Partner) -> None:
    addresses = [run("--partner", "acme", "--region", "ERCOT") for _ in range(3)]

    titles = sorted(ConnectLink.objects.values_list("title", flat=True))
    assert titles == ["ercot-residential", "ercot-residential-2", "ercot-residential-3"]
    assert len(set(addresses)) == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--partner", "nobody", "--region", "CAISO"], "There is no partner nobody."),
        (["--partner", "acme", "--region", "MARS"], "invalid choice"),
        (
            ["--partner", "acme", "--region", "CAISO", "--program", "NONE"],
            "Customers can’t join NONE through a link for “Residential” in CAISO",
        ),
        (["--partner", "acme", "--region", "CAISO", "--final-redirect", "https://evil.example/"], "isn’t one of your"),
        (["--partner", "acme", "--region", "CAISO", "--variant", "COMMERCIAL_AGREEMENTS_ONLY"], "isn’t available"),
    ],
)
def test_what_cannot_be_made_is_said(acme: Partner, words: list[str], told: str) -> None:
    with pytest.raises(CommandError) as error:
        run(*words)

    assert told in str(error.value)
    assert not ConnectLink.objects.exists()


def test_the_demo_is_connected_and_repeating_it_changes_nothing(
    acme: Partner, borealis: Partner, settings: Any, tmp_path: Any
) -> None:
    settings.DATA_DIR = tmp_path

    def state() -> tuple[Any, ...]:
        rows = UtilityConnection.objects.order_by("pk").values_list("pk", "utility__code", "client_id", "token_url")
        return list(rows), list(ConnectLink.objects.order_by("pk").values_list("pk", "title")), Event.objects.count()

    call_command("demo_connect", stdout=io.StringIO())
    first = state()
    call_command("demo_connect", stdout=io.StringIO())

    assert state() == first
    assert RedirectHost.objects.filter(partner=acme).count() == 1
    for region in ("CAISO", "NYISO", "PJM"):
        assert connected_utilities(region, acme)
    titles = set(ConnectLink.objects.filter(partner=borealis).values_list("title", flat=True))
    assert {"california-homes", "texas-ers"} <= titles


def test_the_demo_is_never_connected_in_production(settings: Any) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError):
        call_command("demo_connect")
    assert not UtilityConnection.objects.exists()
