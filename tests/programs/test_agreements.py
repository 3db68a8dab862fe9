"""What customers of Connect sign and what they are asked for."""

import hashlib
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from programs.models import Agreement, RequiredInformation
from programs.queries import agreements_for, required_information

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

AT = datetime(2026, 12, 1, tzinfo=UTC)


def agreement(**values):
    given = {"code": "TEST", "version": "1", "title": "Terms", "body": "One.\n\nTwo.", "transmission_region": "ISONE"}
    return Agreement(**given | values)


def saved(**values):
    row = agreement(**values)
    row.full_clean()
    row.save()
    return row


@pytest.mark.parametrize(
    ("region", "classification", "codes"),
    [
        ("CAISO", "RESIDENTIAL", ["DATA_SHARING_CAISO"]),
        ("CAISO", "COMMERCIAL", ["DATA_SHARING_CAISO", "DR_PARTICIPATION_CAISO"]),
        ("NYISO", "RESIDENTIAL", ["DATA_SHARING_NYISO", "DR_PARTICIPATION_NYISO"]),
        ("NYISO", "COMMERCIAL", ["DATA_SHARING_NYISO", "DR_PARTICIPATION_NYISO"]),
        ("PJM", "RESIDENTIAL", ["DATA_SHARING_PJM", "PJM_CUSTOMER_PJM"]),
        ("ERCOT", "RESIDENTIAL", ["DATA_SHARING_ERCOT"]),
        ("ERCOT", "COMMERCIAL", ["DATA_SHARING_ERCOT", "DR_PARTICIPATION_ERCOT"]),
        ("ISONE", "COMMERCIAL", []),
    ],
)
def test_seed_has_the_agreements_of_each_region(region, classification, codes):
    assert [row.code for row in agreements_for(region, classification, [], AT)] == codes


def test_seeded_texts_are_marked_as_models_and_name_their_region():
    for row in Agreement.objects.all():
        assert not row.verified
        assert "to be replaced by counsel" in row.source
        assert row.get_transmission_region_display() in row.body
        assert "{" not in row.body


def test_hash_is_of_the_canonical_text():
    row = agreement(body="  One. \r\n\r\nTwo.\n")

    assert row.text == "Terms\nTEST 1\n\nOne.\n\nTwo.\n"
    assert row.sha256 == hashlib.sha256(row.text.encode()).hexdigest() == agreement().sha256
    assert row.paragraphs == ["One.", "Two."]


@pytest.mark.parametrize("change", [{"body": "Other."}, {"title": "Other"}, {"version": "2"}, {"code": "OTHER"}])
def test_hash_follows_every_change_of_the_text(change):
    assert agreement(**change).sha256 != agreement().sha256


@pytest.mark.parametrize(("name", "value"), [("body", "Other."), ("title", "Other"), ("version", "2")])
def test_version_in_force_is_not_edited(name, value):
    row = saved(active_from=date(2026, 1, 1))
    setattr(row, name, value)

    with pytest.raises(ValidationError, match="Add a new version"):
        row.full_clean()


def test_version_in_force_can_be_ended_and_a_draft_can_be_edited():
    row = saved()
    row.active_to, row.is_required = date(2027, 1, 1), False
    row.full_clean()
    draft = saved(version="2", active_from=date(2999, 1, 1))
    draft.body = "Other."

    draft.full_clean()


def test_end_is_not_before_the_beginning():
    with pytest.raises(ValidationError, match="The end is before the start"):
        saved(active_from=date(2027, 1, 2), active_to=date(2027, 1, 1))


@pytest.mark.parametrize(
    ("day", "version"),
    [("2026-12-31", ["1"]), ("2027-01-01", ["2"]), ("2027-06-30", ["2"]), ("2027-07-01", ["1"])],
)
def test_version_that_began_last_counts(day, version):
    saved()
    saved(version="2", active_from=date(2027, 1, 1), active_to=date(2027, 6, 30))

    rows = agreements_for("ISONE", "RESIDENTIAL", [], datetime.fromisoformat(day).replace(tzinfo=UTC))

    assert [row.version for row in rows] == version


@pytest.mark.parametrize(
    ("programs", "codes"), [([], ["ALL", "CPS"]), (["MA_DOER-CPS"], ["ALL", "CPS"]), (["EVERSOURCE-CS"], ["ALL"])]
)
def test_agreement_of_a_program_is_signed_for_that_program(programs, codes):
    saved(code="ALL")
    saved(code="CPS", programs=["MA_DOER-CPS"], position=1)

    assert [row.code for row in agreements_for("ISONE", "RESIDENTIAL", programs, AT)] == codes


@pytest.mark.parametrize("region", ["CAISO", "NYISO", "PJM", "ERCOT"])
@pytest.mark.parametrize("classification", ["RESIDENTIAL", "COMMERCIAL"])
def test_seed_asks_customers_of_each_region_for_a_name_and_a_zip_code(region, classification):
    rows = required_information(region, classification)

    keys = [row.key for row in rows]
    assert {"customer_name", "postal_code", "email"} <= set(keys)
    assert ("company_name" in keys) == (classification == "COMMERCIAL")
    assert ("esi_id" in keys) == (region == "ERCOT")
    assert {row.verified for row in rows} == {False}
    assert [row.position for row in rows] == sorted(row.position for row in rows)


def test_what_is_said_of_a_kind_of_customer_goes_before_both():
    for classification, label in (("", "Your name"), ("COMMERCIAL", "Who signs")):
        RequiredInformation.objects.create(
            transmission_region="ISONE", classification=classification, key="customer_name", label=label
        )

    labels = [required_information("ISONE", kind)[0].label for kind in ("RESIDENTIAL", "COMMERCIAL")]

    assert labels == ["Your name", "Who signs"]


def test_text_in_another_language_has_a_hash_of_its_own():
    row = agreement(title_es="Condiciones", body_es=" Uno. \n\nDos.")

    spanish = row.in_language("es")

    assert spanish.text == "Condiciones\nTEST 1 es\n\nUno.\n\nDos.\n"
    assert spanish.paragraphs == ["Uno.", "Dos."]
    assert (spanish.sha256, row.sha256) == (row.sha256_es, agreement().sha256)
    assert row.sha256_es != row.sha256


@pytest.mark.parametrize("values", [{}, {"title_es": "Condiciones"}, {"body_es": "Uno."}])
@pytest.mark.parametrize("language", ["es", "fr", "en"])
def test_text_that_is_not_whole_in_a_language_is_english(values, language):
    row = agreement(**values)

    assert row.in_language(language) == row.in_language("en")
    assert row.sha256_es == ""


def test_spanish_is_added_later_and_then_not_edited():
    row = saved()
    row.title_es, row.body_es = "Condiciones", "Uno."
    row.full_clean()
    row.save()
    row.body_es = "Otro."

    with pytest.raises(ValidationError, match="Add a new version"):
        row.full_clean()


def test_spanish_that_was_signed_is_not_taken_away():
    row = saved(title_es="Condiciones", body_es="Uno.")
    row.title_es = row.body_es = ""

    with pytest.raises(ValidationError, match="Add a new version"):
        row.full_clean()


@pytest.mark.parametrize("values", [{"title_es": "Condiciones"}, {"body_es": "Uno."}])
def test_spanish_has_a_title_and_a_body(values):
    with pytest.raises(ValidationError, match="both the title and the body in Spanish"):
        agreement(**values).full_clean()


def test_what_is_asked_is_english_where_it_has_no_spanish():
    row = RequiredInformation(label="Email", help_text="Where we write.", label_es="Correo electrónico")

    assert [row.label_in(language) for language in ("en", "es")] == ["Email", "Correo electrónico"]
    assert [row.help_in(language) for language in ("en", "es")] == ["Where we write.", "Where we write."]
