"""The seed file changes after an admin did: what is whose."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from programs.models import Choice, DeliveryPeriod, Field, Program, Requirement
from programs.seeding import KINDS, SEED, rows_of, seed_catalogue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Callable[[Any], Any]], Path]:
    """A copy of the seed file after `change(seed)`."""

    def copy(change: Callable[[Any], Any]) -> Path:
        seed = yaml.safe_load(SEED.read_text(encoding="utf-8"))
        change(seed)
        path = tmp_path / "catalogue.yaml"
        path.write_text(yaml.safe_dump(seed, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return path

    return copy


def counts() -> dict[str, int]:
    return {name: kind.model._default_manager.count() for name, kind in KINDS.items()}


def test_every_row_of_the_file_has_a_key_of_its_own_and_is_found_by_it():
    rows = list(rows_of(yaml.safe_load(SEED.read_text(encoding="utf-8"))))

    assert len({(row.kind, row.key) for row in rows}) == len(rows)
    assert [row for row in rows if KINDS[row.kind].find(row.key) is None] == []


def test_seeding_again_leaves_no_history():
    before = Program.history.count() + Field.history.count()

    seed_catalogue()

    assert Program.history.count() + Field.history.count() == before


def test_a_program_whose_utilities_an_admin_changed_stays(changed):
    program = Program.objects.get(identifier="RIE-CS")
    program.utilities.clear()

    seed_catalogue(changed(lambda seed: seed["programs"]["RIE-CS"].update(name="Theirs")))

    program.refresh_from_db()
    assert program.utilities.count() == 0
    assert program.name != "Theirs"


def test_deleted_rows_of_lists_and_periods_stay_deleted():
    Requirement.objects.filter(program__identifier="CEC-DSGS", field__path="site.number_of_devices").delete()
    DeliveryPeriod.objects.filter(program__identifier="CEC-DSGS").delete()
    Choice.objects.filter(choice_list__name="load_type", value="OTHER").delete()
    before = counts()

    assert seed_catalogue()["created"] == 0
    assert counts() == before


def test_new_rows_of_a_deleted_program_do_not_bring_it_back(changed):
    Program.objects.get(identifier="ERCOT-ERS").delete()
    before = counts()
    row = {"programs": ["ERCOT-ERS"], "field": "utility.tariff", "level": "required", "source": "test"}

    seed_catalogue(changed(lambda seed: seed["requirements"].append(row)))

    assert counts() == before


def test_a_new_row_comes_in_unless_an_admin_made_it_first(changed):
    Field.objects.create(path="site.roof", label="Roof as we say it", section="Site")
    new = {"site.roof": {"label": "Roof"}, "site.floor": {"label": "Floor"}}
    path = changed(lambda seed: seed["sections"]["Site"].update(new))

    seed_catalogue(path)
    seed_catalogue(path)

    assert Field.objects.get(path="site.roof").label == "Roof as we say it"
    assert Field.objects.get(path="site.floor").label == "Floor"


def test_a_broken_file_leaves_nothing_half_done(changed):
    def broken(seed):
        seed["programs"]["CEC-DSGS"]["name"] = "Half"
        seed["delivery_periods"].append({"programs": {"NO-SUCH": "X"}, "periods": {}, "source": "test"})

    with pytest.raises(KeyError):
        seed_catalogue(changed(broken))

    assert Program.objects.get(identifier="CEC-DSGS").name != "Half"
