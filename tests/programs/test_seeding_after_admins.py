"""The seed file changes after an admin did: what is whose."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from programs.models import Choice, Conflict, Deadline, DeliveryPeriod, Field, Program, Requirement, SeedRecord
from programs.seeding.domain import SEED, seed_catalogue
from programs.seeding.rows import rows_of
from programs.seeding.tables import KINDS
from tests.onboarding.enrollment.meters import activate, make_meter

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


# --- rows that a newer seed has no longer


def without_elrp_of_2027(seed: Any) -> None:
    seed["delivery_periods"] = [
        group for group in seed["delivery_periods"] if str(group.get("monthly", {}).get("from")) != "2027-05"
    ]


def elrp() -> set[str]:
    return set(DeliveryPeriod.objects.filter(program__identifier="ELRP").values_list("name", flat=True))


def test_periods_that_a_newer_seed_has_no_longer_go_with_their_deadlines(changed):
    path = changed(without_elrp_of_2027)

    assert seed_catalogue(path)["withdrawn"] == 6
    assert elrp() == {"CAISO-ELRP_2024_OCT"}
    assert not SeedRecord.objects.filter(key__startswith="ELRP/CAISO-ELRP_2027").exists()
    assert seed_catalogue(path)["withdrawn"] == 0
    assert seed_catalogue()["created"] == 6 + 12  # they come back with the seed, deadlines too


def test_period_that_an_admin_changed_or_that_a_meter_needs_stays(changed, acme):
    may, june, july, august = (
        DeliveryPeriod.objects.get(name=f"CAISO-ELRP_2027_{month}") for month in ("MAY", "JUN", "JUL", "AUG")
    )
    may.verified = True
    may.save()
    deadline = june.deadlines.earliest("deadline_at")
    deadline.deadline_at -= timedelta(days=1)
    deadline.save()
    Deadline.objects.create(period=july, deadline_at=july.starts_at, activation_at=july.starts_at)
    meter = make_meter(acme, programs=["ELRP"], utility="PGE", evaluated=False)
    activate(meter, august.name, since="2027-08-01T07:00")
    deadlines = {period.name: period.deadlines.count() for period in (may, june, july, august)}

    assert seed_catalogue(changed(without_elrp_of_2027))["withdrawn"] == 2
    assert elrp() == {"CAISO-ELRP_2024_OCT", *deadlines}
    for period in (may, june, july, august):
        assert period.deadlines.count() == deadlines[period.name], period


def test_corrected_deadline_takes_the_place_of_the_old_one(changed):
    def correct(seed):
        group = next(one for one in seed["delivery_periods"] if "2027_JUN_SEP" in one.get("periods", {}))
        group["periods"]["2027_JUN_SEP"][2][0][0] = date(2027, 5, 29)

    seed_catalogue(changed(correct))

    lines = Deadline.objects.filter(period__name="RIE-CS_2027_JUN_SEP").values_list("deadline_at", flat=True)
    assert [f"{at:%Y-%m-%d}" for at in lines] == ["2027-05-29"]


def test_corrected_conflict_of_an_admin_stays_beside_the_seed_s_own(changed):
    row = Conflict.objects.get(program__identifier="CCA", other__identifier="ENERGY-ONLY")
    row.note = "As we know it."
    row.save()
    count = Conflict.objects.count()

    def drop(seed):
        seed["conflicts"] = [one for one in seed["conflicts"] if one["programs"] != ["CCA"]]

    assert seed_catalogue(changed(drop))["withdrawn"] == 0
    assert Conflict.objects.count() == count
