"""Every room's furniture is found by its name."""

from importlib import import_module

from portal.autodiscover import FURNITURE, autodiscover
from portal.problems import is_kind


def test_modules_of_rooms_are_found_by_their_names_however_deep():
    names = {module.__name__ for module in autodiscover("onboarding")}

    assert {"onboarding.uploads.problems", "onboarding.meters.search.tasks"} <= names
    assert {name.rpartition(".")[2] for name in names} <= set(FURNITURE)


def test_further_names_are_found_too():
    names = {module.__name__ for module in autodiscover("portal", also=["lookups"])}

    assert names >= {
        "portal.events.tasks",
        "portal.jobs.tasks",
        "portal.notifications.tasks",
        "portal.partners.problems",
        "portal.storage.lookups",
    }
    assert "portal.storage.bulk" not in names


def test_what_rooms_register_is_known_when_django_has_started():
    assert is_kind("PARTNER_EXISTS")
    assert "mail.send" in import_module("portal.jobs.domain")._HANDLERS
