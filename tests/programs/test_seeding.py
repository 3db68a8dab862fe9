"""The seed comes in once, follows its file, and never overrules an admin."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from programs.models import Choice, DeliveryPeriod, Field, Program, Requirement, SeedRecord
from programs.seeding import KINDS, SEED, rows_of, seed_catalogue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def changed(tmp_path: Path, change: Any) -> Path:
    """A copy of the seed file after `change(seed)`."""
    seed = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    change(seed)
    path = tmp_path / "catalogue.yaml"
    path.write_text(yaml.safe_dump(seed, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def counts() -> dict[str, int]:
    return {name: kind.model._default_manager.count() for name, kind in KINDS.items()}


def test_seeding_again_changes_nothing():
    before = counts()
    history = Program.history.count()

    done = seed_catalogue()

    assert done["created"] == done["updated"] == 0
    assert done["left"] == SeedRecord.objects.count()
    assert counts() == before
    assert Program.history.count() == history


def test_every_row_of_the_file_is_in_the_database():
    rows = list(rows_of(yaml.safe_load(SEED.read_text(encoding="utf-8"))))

    assert len({(row.kind, row.key) for row in rows}) == len(rows)
    assert SeedRecord.objects.count() == len(rows)
    assert [row for row in rows if KINDS[row.kind].find(row.key) is None] == []


def test_seeded_rows_pass_the_admin_s_own_validation():
    for name, kind in KINDS.items():
        for row in kind.model._default_manager.all():
            row.full_clean(), name


def test_a_changed_value_in_the_file_reaches_an_untouched_row(tmp_path):
    path = changed(tmp_path, lambda seed: seed["programs"]["CEC-DSGS"].update(name="Demand Side Grid Support, new"))

    done = seed_catalogue(path)

    assert done["updated"] == 1
    assert Program.objects.get(identifier="CEC-DSGS").name == "Demand Side Grid Support, new"


def test_an_admin_s_change_stays_when_the_file_changes(tmp_path):
    program = Program.objects.get(identifier="CEC-DSGS")
    program.name = "Our own words"
    program.save()

    seed_catalogue(changed(tmp_path, lambda seed: seed["programs"]["CEC-DSGS"].update(name="Theirs")))

    program.refresh_from_db()
    assert program.name == "Our own words"


def test_an_admin_s_utilities_stay_when_the_file_changes(tmp_path):
    program = Program.objects.get(identifier="RIE-CS")
    program.utilities.clear()

    seed_catalogue(changed(tmp_path, lambda seed: seed["programs"]["RIE-CS"].update(name="Theirs")))

    program.refresh_from_db()
    assert program.utilities.count() == 0
    assert program.name != "Theirs"


def test_what_an_admin_deleted_stays_deleted():
    Requirement.objects.filter(program__identifier="CEC-DSGS", field__path="site.number_of_devices").delete()
    DeliveryPeriod.objects.filter(program__identifier="CEC-DSGS").delete()
    Choice.objects.filter(choice_list__name="load_type", value="OTHER").delete()
    before = counts()

    done = seed_catalogue()

    assert done["created"] == 0
    assert counts() == before


def test_a_program_that_an_admin_deleted_comes_back_neither_itself_nor_by_new_rows(tmp_path):
    Program.objects.get(identifier="ERCOT-ERS").delete()
    before = counts()

    def with_a_new_requirement(seed):
        seed["requirements"].append(
            {"programs": ["ERCOT-ERS"], "field": "utility.tariff", "level": "required", "source": "test"}
        )

    seed_catalogue(changed(tmp_path, with_a_new_requirement))

    assert counts() == before


def test_a_row_that_an_admin_made_first_is_the_admin_s(tmp_path):
    Field.objects.create(path="site.roof", label="Roof as we say it", section="Site")

    path = changed(tmp_path, lambda seed: seed["sections"]["Site"].update({"site.roof": {"label": "Roof"}}))
    seed_catalogue(path)
    seed_catalogue(path)

    assert Field.objects.get(path="site.roof").label == "Roof as we say it"


def test_a_new_row_of_the_file_comes_in(tmp_path):
    path = changed(tmp_path, lambda seed: seed["sections"]["Site"].update({"site.roof": {"label": "Roof"}}))

    seed_catalogue(path)

    assert Field.objects.get(path="site.roof").label == "Roof"


def test_a_file_that_names_an_unknown_section_leaves_nothing_half_done(tmp_path):
    def broken(seed):
        seed["programs"]["CEC-DSGS"]["name"] = "Half"
        seed["delivery_periods"].append({"programs": {"NO-SUCH": "X"}, "periods": {}, "source": "test"})

    with pytest.raises(KeyError):
        seed_catalogue(changed(tmp_path, broken))

    assert Program.objects.get(identifier="CEC-DSGS").name != "Half"
