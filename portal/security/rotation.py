"""Encrypting every stored secret anew with the first key: in batches, restartable, safe beside writers."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models, transaction
from django.db.models import ExpressionWrapper, F, Q, TextField, Value

from portal.security.keyring import (
    SecretField,
    SecretUnreadable,
    encrypt,
    is_current,
    is_readable,
    is_token,
    rotated,
)

_BATCH = 500
_STORED = "stored_token"
_TOKENS = ("secret", "seed", "migrated_codes")  # of an Authenticator's data


@dataclass(frozen=True, slots=True)
class RotationCount:
    """What became of the secrets of one field. current: the first key had made them already."""

    field: str
    rotated: int
    current: int
    unreadable: tuple[str, ...]  # the primary keys, as text


def secret_fields() -> Iterator[tuple[type[models.Model], SecretField]]:
    """Every SecretField that a table has, also those of history tables."""
    for model in apps.get_models():
        if model._meta.proxy or not model._meta.managed:
            continue
        yield from ((model, field) for field in model._meta.local_concrete_fields if isinstance(field, SecretField))


def rotate_all(batch: int = _BATCH) -> list[RotationCount]:
    """Encrypt every secret anew that another key than the first made; returns a count for each field.

    Each row is written only when it still holds the token that was read, so that a change made meanwhile stays.
    Repeating it passes over what is done.
    """
    return [*(rotate_field(model, field, batch) for model, field in secret_fields()), rotate_second_steps()]


def fields_with_lost_secrets(*, sample: int) -> list[str]:
    """Each field, as app.Model.field, that has a secret which none of the keys reads among its first `sample`."""
    return [
        f"{model._meta.label}.{field.name}"
        for model, field in secret_fields()
        if any(not is_readable(token) for _, token in islice(_tokens(model, field, sample), sample))
    ]


def rotate_field(model: type[models.Model], field: SecretField, batch: int = _BATCH) -> RotationCount:
    """Encrypt the secrets of one field anew, `batch` rows at a time in the order of their primary keys."""
    renewed, current, unreadable = 0, 0, []
    for pk, token in _tokens(model, field, batch):
        try:
            is_renewed = _rotate(model, field, pk, token)
        except SecretUnreadable:
            unreadable.append(str(pk))
            continue
        renewed, current = renewed + is_renewed, current + (not is_renewed)
    return RotationCount(f"{model._meta.label}.{field.name}", renewed, current, tuple(unreadable))


def rotate_second_steps() -> RotationCount:
    """Encrypt anew what the sign-in library stores in JSON: secrets of authenticator apps, seeds of recovery codes.

    What version 0.2.0 stored as it is gets encrypted.
    """
    renewed, current, unreadable = 0, 0, []
    with_secrets = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    for pk in with_secrets.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row is None:
                continue
            try:
                data = row.data | {name: _rotated_json(row.data[name]) for name in _TOKENS if name in row.data}
            except SecretUnreadable:
                unreadable.append(str(pk))
                continue
            is_renewed = data != row.data
            if is_renewed:
                row.data = data
                row.save(update_fields=["data"])
        renewed, current = renewed + is_renewed, current + (not is_renewed)
    return RotationCount("mfa.Authenticator.data", renewed, current, tuple(unreadable))


def _rotated_json(token: str | list[str]) -> str | list[str]:
    if isinstance(token, list):
        return [str(_rotated_json(inner)) for inner in token]
    if not is_token(token):
        return encrypt(token)
    return token if is_current(token) else rotated(token)


def _stored(model: type[models.Model], field: SecretField) -> models.QuerySet:
    """The rows that hold a secret, with its token as the database has it."""
    token = ExpressionWrapper(F(field.attname), output_field=TextField())
    rows: models.QuerySet = models.QuerySet(model).annotate(**{_STORED: token})
    return rows.exclude(Q(**{_STORED: ""}) | Q(**{f"{_STORED}__isnull": True}))


def _tokens(model: type[models.Model], field: SecretField, batch: int) -> Iterator[tuple[object, str]]:
    rows = _stored(model, field).order_by("pk").values_list("pk", _STORED)
    page = list(rows[:batch])
    while page:
        yield from page
        page = list(rows.filter(pk__gt=page[-1][0])[:batch])


def _rotate(model: type[models.Model], field: SecretField, pk: object, token: str) -> bool:
    """Whether the row was encrypted anew; when a writer changed it meanwhile, what was written counts."""
    latest: str | None = token
    while latest is not None and not is_current(latest):
        row = _stored(model, field).filter(**{"pk": pk, _STORED: latest})
        if row.update(**{field.attname: Value(rotated(latest), output_field=TextField())}):
            return True
        latest = _stored(model, field).filter(pk=pk).values_list(_STORED, flat=True).first()
    return False
