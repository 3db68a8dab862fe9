"""Secrets at rest: what is stored, what Python sees, and turning the keys."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.db import connection, models
from django.test.utils import isolate_apps

from portal.security.keyring import Secret, SecretField, SecretUnreadable, Token, decrypt, encrypt, is_current, rotated
from portal.security.rotation import RotationCount, _rotate, rotate_field

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def note(db):
    """A table with a secret, for the length of a test."""
    with isolate_apps("portal"):

        class Note(models.Model):
            text = SecretField()

            class Meta:
                app_label = "portal"
                db_table = "test_note"

        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE test_note (id integer PRIMARY KEY, text text NOT NULL)")
        yield Note


def stored(pk: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM test_note WHERE id = %s", [pk])
        return cursor.fetchone()[0]


def test_text_comes_back_as_it_was_and_its_token_is_another_each_time():
    tokens = {encrypt("täglich \U0001f511"), encrypt("täglich \U0001f511")}

    assert len(tokens) == 2
    assert {decrypt(token) for token in tokens} == {"täglich \U0001f511"}


@pytest.mark.parametrize("change", [lambda token: token[:-4] + "AAA=", lambda _: "plain", lambda _: ""])
def test_changed_token_cannot_be_read(change):
    with pytest.raises(SecretUnreadable, match="no longer among ENCRYPTION_KEYS"):
        decrypt(change(encrypt("secret")))


def test_first_key_encrypts_and_all_decrypt(settings):
    settings.ENCRYPTION_KEYS = [OLD]
    old = encrypt("secret")

    settings.ENCRYPTION_KEYS = [NEW, OLD]
    new = rotated(old)

    assert (decrypt(old), is_current(old)) == ("secret", False)
    assert (decrypt(new), is_current(new)) == ("secret", True)


def test_field_is_encrypted_in_the_table_and_plain_in_python(note):
    note.objects.create(pk=1, text="hush")

    row = note.objects.get()

    assert row.text == "hush"
    assert decrypt(stored(1)) == "hush"


def test_field_is_empty_where_nothing_was_entered(note):
    note.objects.create(pk=1)

    assert stored(1) == ""
    assert note.objects.get().text == ""
    assert note.objects.filter(text="").count() == 1


def test_field_is_written_by_update_and_in_bulk(note):
    rows = note.objects.bulk_create([note(pk=1, text="a"), note(pk=2, text="b")])
    rows[0].text = "c"

    note.objects.bulk_update(rows, ["text"])
    note.objects.filter(pk=2).update(text="d")

    assert [decrypt(stored(pk)) for pk in (1, 2)] == ["c", "d"]


def test_secret_does_not_show_itself(note):
    note.objects.create(pk=1, text="hush")

    fresh, read = note(text="hush"), note.objects.get()

    assert "hush" not in repr([fresh.__dict__, read.__dict__, fresh.text, read.text])
    assert read.__dict__["text"] == stored(1)
    assert list(map(repr, (Secret("a"), Token("b")))) == ["<secret>", "<encrypted>"]


def test_form_shows_no_secret_and_fixture_none(note):
    row = note(pk=1, text="hush")
    field = note._meta.get_field("text")

    assert "hush" not in field.formfield().widget.render("text", row.text)
    assert field.value_to_string(row) == ""


@pytest.mark.parametrize("condition", [{"text": "hush"}, {"text__contains": "h"}, {"text__in": ["hush"]}])
def test_secret_is_not_searched_for(note, condition):
    with pytest.raises(FieldError, match="not searched for"):
        note.objects.filter(**condition).exists()


def test_row_with_a_lost_key_loads_and_says_so_when_it_is_read(note, settings):
    settings.ENCRYPTION_KEYS = [OLD]
    note.objects.create(pk=1, text="hush")

    settings.ENCRYPTION_KEYS = [NEW]
    row = note.objects.get()

    with pytest.raises(SecretUnreadable):
        _ = row.text


def test_rotation_passes_over_what_is_done_and_what_is_empty(note, settings):
    settings.ENCRYPTION_KEYS = [OLD]
    note.objects.bulk_create([note(pk=pk, text=f"secret {pk}") for pk in range(1, 8)] + [note(pk=8)])
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    note.objects.filter(pk=3).update(text="written meanwhile")

    first, second = (rotate_field(note, note._meta.get_field("text"), batch=3) for _ in range(2))

    assert first == RotationCount("portal.Note.text", rotated=6, current=1, unreadable=())
    assert second == RotationCount("portal.Note.text", rotated=0, current=7, unreadable=())
    settings.ENCRYPTION_KEYS = [NEW]
    assert [row.text for row in note.objects.order_by("pk")] == [
        *("secret 1", "secret 2", "written meanwhile", "secret 4", "secret 5", "secret 6", "secret 7", "")
    ]


@pytest.mark.parametrize("keys_of_writer", [[NEW, OLD], [OLD]])
def test_rotation_keeps_what_a_writer_wrote_meanwhile(note, settings, keys_of_writer):
    settings.ENCRYPTION_KEYS = [OLD]
    note.objects.create(pk=1, text="before")
    read = stored(1)
    settings.ENCRYPTION_KEYS = keys_of_writer
    note.objects.filter(pk=1).update(text="after")

    settings.ENCRYPTION_KEYS = [NEW, OLD]
    _rotate(note, note._meta.get_field("text"), 1, read)

    assert is_current(stored(1))
    assert note.objects.get().text == "after"


def test_rotation_passes_over_a_row_that_is_gone(note, settings):
    settings.ENCRYPTION_KEYS = [OLD]
    note.objects.create(pk=1, text="before")
    read = stored(1)
    note.objects.all().delete()

    settings.ENCRYPTION_KEYS = [NEW, OLD]

    assert _rotate(note, note._meta.get_field("text"), 1, read) is False


def test_rotation_names_the_rows_whose_key_was_removed_too_early(note, settings):
    settings.ENCRYPTION_KEYS = [OLD]
    note.objects.create(pk=7, text="secret")
    settings.ENCRYPTION_KEYS = [NEW]

    count = rotate_field(note, note._meta.get_field("text"))

    assert count == RotationCount("portal.Note.text", rotated=0, current=0, unreadable=("7",))
