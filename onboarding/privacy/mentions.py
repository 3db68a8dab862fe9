"""Sentences that quote what somebody typed: where another row's message names the customer, the quote is replaced."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus

from django.db.models import Model, Q

from onboarding.bulk.models import BulkAction, BulkRow
from onboarding.connect.models import ConnectionNote
from onboarding.enrollment.models import Enrollment
from onboarding.intervals.models import IntervalUpload
from onboarding.portfolio.exports.models import Export
from onboarding.portfolio.saved_views.models import SavedView
from onboarding.privacy.customer import Customer
from onboarding.uploads.models import ColumnMemory, Upload, UploadProblem
from portal.jobs.models import Job
from portal.notifications.models import EmailMessage
from portal.storage.bulk import update

ERASED: Final = "XXXXX"  # no longer than the shortest word, and allowed wherever letters are


@dataclass(frozen=True, slots=True)
class Quoting:
    """Columns of a model that can quote what somebody typed. path: from a row to its partner."""

    model: type[Model]
    columns: tuple[str, ...]
    path: str = "partner"


QUOTING: Final = (
    Quoting(UploadProblem, ("value", "context"), "upload__partner"),
    Quoting(Upload, ("file_name", "layout", "columns", "facts", "outlook", "problem")),
    Quoting(ColumnMemory, ("file_name", "changed_by")),
    Quoting(BulkAction, ("value", "details", "query")),
    Quoting(BulkRow, ("details", "problems"), "action__partner"),
    Quoting(Enrollment, ("reasons",)),
    Quoting(ConnectionNote, ("facts",), "connection__partner"),
    Quoting(IntervalUpload, ("file_name", "published_name", "warnings")),
    Quoting(Export, ("query",)),
    Quoting(SavedView, ("name", "query")),
    Quoting(EmailMessage, ("subject", "body")),
    Quoting(Job, ("failure",)),
)


def erase_quotes(quoting: Quoting, customer: Customer) -> int:
    """Replace what the customer's words are in these columns by ERASED; returns in how many rows."""
    words = customer.marks.words
    if not words:
        return 0
    pattern = _pattern(words)
    changed = []
    for pk, *values in quoting_rows(quoting, customer).values_list("pk", *quoting.columns):
        new = [_without(pattern, value) for value in values]
        if new != values:
            changed.append((pk, *new))
    if changed:
        update(quoting.model, list(quoting.columns), changed)
    return len(changed)


def quoting_rows(quoting: Quoting, customer: Customer) -> Any:
    """The rows of the partner that have one of the customer's words somewhere in these columns."""
    held = holding(quoting.columns, customer.marks.words)
    return quoting.model._default_manager.filter(held, **{quoting.path: customer.partner})


def holding(columns: Iterable[str], words: tuple[str, ...]) -> Q:
    """The condition that one of the words is somewhere in the text or JSON of one of these columns."""
    held = Q(pk__in=[])
    for column in columns:
        for form in _forms_of(words):
            held |= Q(**{f"{column}__icontains": form})
    return held


def having(columns: Iterable[str], words: tuple[str, ...]) -> Q:
    """The condition that one of the words is a whole value in the JSON of one of these columns: another customer's, of
    which it is a part, is not meant."""
    held = Q(pk__in=[])
    for column in columns:
        for word in words:
            for form in {json.dumps(word), json.dumps(word, ensure_ascii=False)}:
                held |= Q(**{f"{column}__icontains": form})
    return held


def is_quoted_in(value: object, words: tuple[str, ...]) -> bool:
    """Whether a text or JSON has one of the words, not as a part of a longer one."""
    return bool(words) and _without(_pattern(words), value) != value


def _forms_of(words: tuple[str, ...]) -> Iterator[str]:
    """The words as they can be stored: as they are, in the ASCII form of JSON, and in an address."""
    for word in words:
        yield from {word, json.dumps(word)[1:-1], quote_plus(word)}


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """The longest first; never a part of a longer word or number."""
    forms = sorted({form for word in words for form in (word, quote_plus(word))}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, forms))})(?!\w)", re.IGNORECASE)


def _without(pattern: re.Pattern[str], value: Any) -> Any:
    """The text, or the JSON with its texts and names, without what the pattern finds."""
    if isinstance(value, str):
        return pattern.sub(ERASED, value)
    if isinstance(value, list | tuple):
        return [_without(pattern, one) for one in value]
    if isinstance(value, dict):
        return {_without(pattern, name): _without(pattern, one) for name, one in value.items()}
    return value
