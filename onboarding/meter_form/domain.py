"""From what somebody typed to a meter: keep it, check it, write it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Final

from django.core import signing
from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet
from django.dispatch import receiver

from onboarding.meter_form.models import MeterDraft
from onboarding.meter_form.queries import form_columns, texts_of
from onboarding.meter_form.signals import draft_written
from onboarding.meter_form.staging import stage_typed_rows
from onboarding.meters.models import Meter
from onboarding.spreadsheets.limits import EXCEL_CELL_CHARACTERS
from onboarding.uploads.models import WRITTEN, RowPlan
from onboarding.uploads.pipeline.commit import commit_at_once
from onboarding.uploads.pipeline.preview import CandidateRow, RowPreview, RowResult
from onboarding.uploads.signals import withdrawal_previewed
from portal import clock
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from portal.problems import Problem, Refused, shown
from programs.schema import schema_for

UNSAVED_KEPT: Final = timedelta(days=14)
ROW = 1
_SALT = "onboarding.meter_form.seen"
Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field that somebody else changed while it was changed here: its texts, several of a list, none for empty.

    A list of values is one field, named after its first key.
    """

    key: str
    was: tuple[str, ...]
    now: tuple[str, ...]
    mine: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeterSnapshot:
    """What somebody saw of a meter when the form was opened: its version, and the texts in the form."""

    version: int
    base: Cells

    @classmethod
    def of(cls, meter: Meter, programs: Sequence[str]) -> "MeterSnapshot":
        return cls(meter.version, _shown_of(meter, programs))

    def as_token(self) -> str:
        """A signed text for the form to carry, from which the snapshot can be restored."""
        return signing.dumps([self.version, dict(self.base)], salt=_SALT, compress=True)

    @classmethod
    def from_token(cls, token: str) -> "MeterSnapshot | None":
        """None for a token that is not ours."""
        try:
            return cls(*signing.loads(token, salt=_SALT))
        except (signing.BadSignature, TypeError, ValueError):
            return None


def begin(
    partner: Partner,
    user: User,
    *,
    programs: Sequence[str],
    cells: Cells,
    meter: Meter | None = None,
    seen: MeterSnapshot | None = None,
) -> MeterDraft:
    """Keep what was typed about a new meter, or about a change of one. seen: None when it is the meter as it is now."""
    seen = (seen or MeterSnapshot.of(meter, programs)) if meter else None
    return MeterDraft.objects.create(
        partner=partner,
        user=user,
        changed_by=user,
        programs=list(programs),
        meter=meter,
        version=seen.version if seen else None,
        base=dict(seen.base) if seen else {},
        cells=dict(cells),
    )


def etag_of(draft: MeterDraft) -> str:
    """A digest of a draft's content: a page carries it, so that a change by somebody else can be noticed."""
    content = json.dumps([draft.version, draft.base, draft.cells], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def keep(draft: MeterDraft, cells: Cells, *, user: User, etag: str) -> MeterDraft:
    """Keep what somebody typed by now into the form that had this etag; returns where it is kept.

    That is the draft, unless somebody else put other values into it meanwhile: then it is a new one, and theirs stays.
    Refuses: DRAFT_IS_OVER.
    """
    with transaction.atomic():
        locked = (
            MeterDraft.objects.select_for_update(of=("self",))
            .select_related("meter", "partner")
            .filter(pk=draft.pk, written_meter=None)
            .first()
        )
        if locked is None:
            raise Refused(Problem("DRAFT_IS_OVER"))
        if etag != etag_of(locked) and locked.changed_by_id != user.pk and locked.cells != dict(cells):
            seen = MeterSnapshot(locked.version or 0, locked.base) if locked.meter else None
            return begin(locked.partner, user, programs=locked.programs, cells=cells, meter=locked.meter, seen=seen)
        locked.cells, locked.changed_by, locked.updated_at = dict(cells), user, clock.real_now()
        locked.save(update_fields=["cells", "changed_by", "updated_at"])
        return locked


def save_for_later(draft: MeterDraft) -> None:
    """Somebody means to go on later: list the draft."""
    MeterDraft.objects.filter(pk=draft.pk).update(is_saved=True)


def drop_unsaved() -> None:
    """Delete what checks left behind, when nobody has gone on with it for some days."""
    before = clock.real_now() - UNSAVED_KEPT
    MeterDraft.objects.filter(written_meter=None, is_saved=False, updated_at__lt=before).delete()


@receiver(withdrawal_previewed)
def _saved_drafts_of(meters: QuerySet[Meter], **_: object) -> dict[str, int]:
    """Saved drafts of changes go with the meters that an upload's withdrawal removes."""
    return {"drafts": meters.filter(drafts__is_saved=True, drafts__written_meter=None).count()}


def discard(draft: MeterDraft) -> None:
    """Throw an open draft away."""
    MeterDraft.objects.filter(pk=draft.pk, written_meter=None).delete()


def _shown_of(meter: Meter, programs: Sequence[str]) -> dict[str, str]:
    """What the form of these programs shows of a meter."""
    texts = texts_of(meter)
    in_form = {column.key for column in form_columns(programs, texts)}
    return {key: text for key, text in texts.items() if key in in_form}


# --- what it would do


def check_draft(draft: MeterDraft) -> RowResult:
    """What would happen if it were written now. Reads, never writes."""
    preview = RowPreview(draft.partner, programs=draft.programs, update_existing=False)
    cells: dict[str, object] = {
        key: text if text == draft.base.get(key) else _as_cell(key, text) for key, text in draft.cells.items()
    }
    if draft.meter is not None:
        hidden = {key: text for key, text in texts_of(draft.meter).items() if key not in draft.base}
        offered = {column.key for column in form_columns(draft.programs)}
        cells = {key: text for key, text in hidden.items() if key not in offered} | cells
    return preview.check([CandidateRow(ROW, cells, draft.meter)])[0]


def _as_cell(key: str, text: str) -> str | Problem:
    """A typed text as a sheet's cell; a Problem when no cell can hold it."""
    if "\N{REPLACEMENT CHARACTER}" in text:  # what `storable` leaves of a NUL
        return Problem("CONTROL_CHARACTER", key, shown(text))
    return text if len(text) <= EXCEL_CELL_CHARACTERS else Problem("CELL_TOO_LONG", key, shown(text))


def conflicts_of(draft: MeterDraft) -> list[FieldConflict]:
    """The fields that somebody else changed meanwhile to something else than what was typed here.

    What was changed only there is none: `resolve_conflicts` takes it over.
    """
    if draft.meter is None or draft.meter.version == draft.version:
        return []
    now = _shown_of(draft.meter, draft.programs)
    conflicts = []
    for key, slots in _fields_in(draft.base, now).items():
        was, there, mine = (_texts_at(slots, cells) for cells in (draft.base, now, draft.cells))
        if there not in (was, mine) and mine != was:
            conflicts.append(FieldConflict(key, was, there, mine))
    return conflicts


def _fields_in(*many: Cells) -> dict[str, tuple[str, ...]]:
    """The fields of these cells, each with the keys that hold it: a list of values is one field."""
    lists = schema_for().value_lists
    first_of = {key: first for first, keys in lists.items() for key in keys}
    fields = dict.fromkeys(first_of.get(key, key) for key in chain(*many))
    return {key: lists.get(key, (key,)) for key in fields}


def _texts_at(slots: Sequence[str], cells: Cells) -> tuple[str, ...]:
    return tuple(cells[key] for key in slots if key in cells)


def resolve_conflicts(draft: MeterDraft, mine: Sequence[str]) -> None:
    """Bring a draft up to what its meter holds by now; the fields named in `mine` keep what was typed."""
    if draft.meter is None:
        return
    now, cells = _shown_of(draft.meter, draft.programs), dict(draft.cells)
    for key, slots in _fields_in(draft.base, now).items():
        if _texts_at(slots, now) == _texts_at(slots, draft.base) or key in mine:
            continue
        for slot in slots:
            cells.pop(slot, None)
        cells |= {slot: now[slot] for slot in slots if slot in now}
    draft.base, draft.version, draft.cells = now, draft.meter.version, cells
    draft.save(update_fields=["base", "version", "cells"])


# --- writing


def write(draft: MeterDraft, *, by: Actor, user: User, etag: str | None = None) -> MeterDraft:
    """Create or change the meter: checked once more, then written by the verbs that write a sheet's rows.

    etag: of the draft that somebody looked at and said yes to; None for the draft as it is. A second time, or two
    people at once, has one effect. Refuses whatever the check finds, DRAFT_CHANGED_MEANWHILE and
    METER_CHANGED_MEANWHILE.
    """
    try:
        return _write_once(draft, by=by, user=user, etag=etag)
    except (IntegrityError, DataError) as error:  # somebody took the reference this very moment, as a rule
        raise Refused(*(check_draft(draft).problems or [Problem("ROW_NOT_WRITTEN")])) from error


def _write_once(draft: MeterDraft, *, by: Actor, user: User, etag: str | None) -> MeterDraft:
    with transaction.atomic():
        locked = MeterDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
        if locked.written_meter is not None:
            return locked
        if etag is not None and etag != etag_of(locked):
            raise Refused(Problem("DRAFT_CHANGED_MEANWHILE"))
        if locked.meter is not None and locked.meter.version != locked.version:
            raise Refused(Problem("METER_CHANGED_MEANWHILE"))
        result = check_draft(locked)
        if result.plan not in WRITTEN:
            raise Refused(*result.problems)
        if result.plan != RowPlan.UNCHANGED:
            locked.upload = stage_typed_rows(
                [(result, locked.cells)],
                name=f"Form: {result.reference}",
                programs=locked.programs,
                updates=locked.meter is not None,
                partner=locked.partner,
                by=by,
                user=user,
            )
            if not commit_at_once(locked.upload):
                raise Refused(Problem("METER_CHANGED_MEANWHILE"))
        locked.written_meter, locked.cells, locked.base = result.meter_id, {}, {}
        locked.updated_at = clock.real_now()
        locked.save(update_fields=["upload", "written_meter", "cells", "base", "updated_at"])
        draft_written.send(MeterDraft, draft=locked, by=by)
        return locked
