"""A second wall between partners: what a partner's request asks the database names the partner, or rows of its own.

The first wall is the code: each query starts from the partner. This one looks at the SQL that comes out, so that a
query which forgets its partner is found also where a test's data would not show it.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, Model, Q

from portal.partners.models import Partner

_ID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
_TABLE = re.compile(r'(?:FROM|JOIN|INTO|UPDATE)\s+"(\w+)"')

# What may be asked without naming a partner: a part of the SQL, and why.
EXCEPTIONS: dict[str, str] = {
    '("portal_partner"."is_active" AND "portal_membership"."user_id" = %s)': "how the partner of a person is found",
    'WHERE "portal_apikey"."id" = %s': "how the partner of a key is found",
    '"onboarding_authorization"."utility_id" AS "utility", COUNT(*)': "how a utility is doing, in everybody's numbers",
    'SELECT MAX("portal_event"."id") AS "newest"': "how far the log of all is",
    'SELECT "portal_event"."id" AS "pk", "portal_event"."partner_id" AS "partner"': "numbers what is new of all",
    '"portal_job"."state" IN (%s, %s) AND "portal_job"."subject_id" = %s': "whether work for the portal waits already",
    'INSERT INTO "portal_job"': "work for the portal is nobody's",
}


def _parents(model: type[Model]) -> Iterator[tuple[str, type[Model]]]:
    for field in model._meta.get_fields():
        is_partner = field.name == "partner"  # null: the portal's own
        if isinstance(field, ForeignKey) and (is_partner or not field.null) and isinstance(field.related_model, type):
            yield field.name, field.related_model


@cache
def path_to_partner(model: type[Model]) -> str:
    """From a row to the partner that owns it, as Django's queries write it; "" where none does."""
    if any(parent is Partner and name == "partner" for name, parent in _parents(model)):
        return "partner"
    for name, parent in _parents(model):
        is_ours = parent not in (model, Partner) and parent._meta.app_label in ("portal", "onboarding")
        if is_ours and (path := path_to_partner(parent)):
            return f"{name}__{path}"
    return ""


@cache
def owned() -> dict[str, type[Model]]:
    """The tables whose rows belong to one partner each."""
    ours = (model for app in ("portal", "onboarding") for model in apps.get_app_config(app).get_models())
    return {model._meta.db_table: model for model in ours if path_to_partner(model)}


class Wall:
    """Notes the statements of one partner's request that touch partners' rows and name nothing of that partner."""

    def __init__(self, partner: Partner) -> None:
        self.holes: list[str] = []
        self._partner = partner
        self._is_looking = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if many:
            params = list(params)  # which may be made on the way
        models = [owned()[table] for table in _TABLE.findall(sql) if table in owned()]
        is_of_nothing = (many and not params) or list(params or ()) == ["[]"]
        if models and not is_of_nothing and not self._is_looking and not any(part in sql for part in EXCEPTIONS):
            self._is_looking = True  # its own questions are nobody's
            try:
                if not self._names_partner(sql, list(_flat(params)), models):
                    self.holes.append(sql)
            finally:
                self._is_looking = False
        return execute(sql, params, many, context)

    def _names_partner(self, sql: str, values: list[object], models: list[type[Model]]) -> bool:
        """Whether a statement has the partner's ID, or IDs of rows of the partner's alone."""
        ids = {one for value in values for one in _ids_in(value)}
        if ids & self._partners():
            return True
        own, foreign = self._owners(ids, [model for model in owned().values() if _has_uuid(model)])
        numbers = {value for value in values if isinstance(value, int)}
        more_own, more_foreign = self._owners(
            numbers, [named for model in models for named in _named_by_number(sql, model)]
        )
        return bool(own | more_own) and not foreign | more_foreign

    def _partners(self) -> set[Any]:
        """The partner's ID, and that of its sandbox."""
        whose = Partner.objects.filter(Q(pk=self._partner.pk) | Q(sandbox_of=self._partner))
        return set(whose.values_list("pk", flat=True))

    def _owners(self, ids: set[Any], models: list[type[Model]]) -> tuple[set[Any], set[Any]]:
        """Of these IDs, those of the partner's rows and those of other partners' rows."""
        own: set[Any] = set()
        foreign: set[Any] = set()
        for model in models if ids else ():
            rows = model._base_manager.filter(pk__in=ids)
            for pk, partner in rows.values_list("pk", f"{path_to_partner(model)}_id"):
                if partner:
                    (own if partner in self._partners() else foreign).add(pk)
        return own, foreign


def _named_by_number(sql: str, model: type[Model]) -> Iterator[type[Model]]:
    """The table itself and those that own its rows, where the SQL names them and their IDs are numbers."""
    if not _has_uuid(model) and re.search(
        rf'"{model._meta.db_table}"\."id" (=|IN)|"{model._meta.db_table}" AS m SET', sql
    ):
        yield model
    for name, parent in _parents(model):
        if parent._meta.db_table in owned() and not _has_uuid(parent) and f'"{name}_id"' in sql:
            yield parent


def _has_uuid(model: type[Model]) -> bool:
    return model._meta.pk.get_internal_type() == "UUIDField"


def _flat(params: Any) -> Iterator[object]:
    """The values of a statement, also those that go as one text: an array of IDs, or rows as JSON, which change many at
    once, of which the first value is the ID."""
    for value in params or ():
        if isinstance(value, (list, tuple)):
            yield from _flat(value)
        elif isinstance(value, str) and value.startswith("["):
            yield from (row[0] if isinstance(row, list) else row for row in json.loads(value))
        elif isinstance(value, str) and value.startswith("{"):
            yield from value.strip("{}").split(",")
        else:
            yield value


def _ids_in(value: object) -> Iterator[UUID]:
    """The ID that a value of a statement is: SQLite has them as text."""
    if isinstance(value, str) and _ID.fullmatch(value):
        yield UUID(value)
    elif isinstance(value, UUID):
        yield value


@contextmanager
def wall(partner: Partner) -> Iterator[Wall]:
    """Looks at every statement until the end of the block."""
    looking = Wall(partner)
    with connection.execute_wrapper(looking):
        yield looking
