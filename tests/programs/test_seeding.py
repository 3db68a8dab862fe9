import pytest
import yaml

from programs.models import DeliveryPeriod, Field, Program, Requirement, SeedRecord, Utility
from programs.queries import not_over
from programs.seeding.domain import SEED, seed_catalogue

pytestmark = pytest.mark.usefixtures("catalogue")

FAMILIES = {
    ("utility-meter", "CA", "Utility", "Customer-authorized"): {"CCA", "ENERGY-ONLY", "ELRP"},
    ("utility-meter", "NY", "Utility", "Customer-authorized"): {
        "NYISO-SCR",
        "CONED-DLRP",
        "PSEGLI-DLRP",
        "CONED-CSRP",
        "PSEGLI-CSRP",
    },
    ("utility-meter", "PJM", "Utility", "Customer-authorized"): {"PJM-CAPACITY"},
    ("utility-meter", "TX", "ERCOT (ISO)", "Partner-created or Customer-authorized"): {"ERCOT-ERS"},
    ("device", "CA", "Partner", "Partner-created"): {"CEC-DSGS"},
    ("device", "MA", "Partner", "Partner-created"): {"MA_DOER-CPS", "EVERSOURCE-CS", "NATGRID-CS", "UNITIL-CS"},
    ("device", "RI", "Partner", "Partner-created"): {"RIE-CS"},
}


def test_every_program_of_both_tables_is_there_with_its_way():
    families: dict[tuple[str, ...], set[str]] = {}
    for program in not_over().select_related("region"):
        source, ways = program.get_interval_data_source_display(), " or ".join(program.methods)
        families.setdefault((program.program_type, program.region.code, source, ways), set()).add(program.identifier)

    assert families == FAMILIES


def test_only_programs_of_utility_data_need_an_authorization():
    needing = set(Program.objects.filter(needs_utility_authorization=True).values_list("identifier", flat=True))

    assert needing == set(Program.objects.filter(interval_data_source="utility").values_list("identifier", flat=True))


def test_utilities_and_fields_are_complete():
    assert Utility.objects.count() == 53
    assert Utility.objects.filter(is_test=True).count() == 5
    assert Field.objects.count() == 81


def test_every_seeded_row_passes_its_own_validation():
    for model in (Program, Field, Requirement, DeliveryPeriod, Utility):
        for row in model.objects.all():
            row.full_clean()


def test_every_inferred_row_says_where_it_comes_from():
    for model in (Program, Field, Requirement, DeliveryPeriod, Utility):
        assert not model.objects.filter(source="").exists()
    assert {period.starts_at.year for period in DeliveryPeriod.objects.filter(verified=True)} == {2024, 2025}


def test_seeding_again_changes_nothing():
    count = SeedRecord.objects.count()

    done = seed_catalogue()

    assert done == {"created": 0, "updated": 0, "left": count, "withdrawn": 0}


def test_seeding_again_keeps_what_an_admin_changed():
    program = Program.objects.get(identifier="CEC-DSGS")
    program.summary = "Our own words."
    program.save()
    _older_seed("program", "CEC-DSGS", summary="What an earlier release said.")

    seed_catalogue()

    program.refresh_from_db()
    assert program.summary == "Our own words."


def test_seeding_again_brings_a_new_release_to_untouched_rows():
    program = Program.objects.get(identifier="CEC-DSGS")
    newer = program.summary
    program.summary = "What an earlier release said."
    program.save()
    _older_seed("program", "CEC-DSGS", summary=program.summary)

    done = seed_catalogue()

    program.refresh_from_db()
    assert program.summary == newer
    assert done["updated"] == 1


def test_deleted_rows_stay_deleted():
    Requirement.objects.filter(program__identifier="CEC-DSGS", field__path="site.number_of_devices").delete()
    Program.objects.get(identifier="RIE-CS").delete()

    seed_catalogue()

    assert not Requirement.objects.filter(program__identifier="CEC-DSGS", field__path="site.number_of_devices").exists()
    assert not Program.objects.filter(identifier="RIE-CS").exists()
    assert not DeliveryPeriod.objects.filter(name__startswith="RIE-CS").exists()


def _older_seed(kind: str, key: str, **values: object) -> None:
    """As if an earlier release of the seed had written these values."""
    record = SeedRecord.objects.get(kind=kind, key=key)
    record.values = {**record.values, **values}
    record.save()


def test_every_word_of_a_seeded_field_is_understood():
    """In a mapping on one line an unquoted comma ends the text, and what follows becomes a key without a value."""
    seed = yaml.safe_load(SEED.read_text(encoding="utf-8"))

    strange = [
        (path, word)
        for fields in seed["sections"].values()
        for path, says in fields.items()
        for word, value in says.items()
        if value is None
    ]

    assert strange == []
