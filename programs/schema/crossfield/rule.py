"""A rule about several fields of one row, and asking all rules of a row cheaply."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter

from programs.schema.lists import Flat

_MOST_SHAPES = 2_000
_MOST_ANSWERS = 10_000


@dataclass(frozen=True, slots=True)
class RowFinding:
    """One result of a rule: problem code, the key that it is about, facts for its text, whether it stops the row.

    A `suggestion` among the facts is for the finding's own field, or for the one that `suggestion_field` names.
    """

    code: str
    key: str
    context: Mapping[str, object] = field(default_factory=dict)
    blocks: bool = False


CheckFunction = Callable[[Flat, date], Sequence[RowFinding]]


@dataclass(frozen=True, slots=True)
class CrossCheckRule:
    """A check with the keys that it looks at.

    The check is only made for rows that have a value for one of `starts`. When its values repeat from row to row it
    is made once for each combination; such a check sees nothing but the keys of `reads`, and must not use the day.
    """

    starts: tuple[str, ...]
    reads: tuple[str, ...]
    check: CheckFunction
    repeats: bool = True


class CrossCheck:
    """All rules. Remembers which of them concern a row, by which of its cells are filled."""

    def __init__(self, rules: Iterable[CrossCheckRule]) -> None:
        self._rules = tuple(rules)
        self._plans: dict[tuple[str, ...], tuple[tuple[CrossCheckRule, CheckFunction], ...]] = {}
        self._asks: dict[tuple[int, tuple[str, ...]], CheckFunction] = {}

    def __call__(self, flat: Flat, on: date, broken: Collection[str] = ()) -> list[RowFinding]:
        """What the rules find in a row of typed values. A rule that reads a broken cell is skipped."""
        shape = tuple(flat)
        plan = self._plans.get(shape)
        if plan is None:
            plan = self._plan(shape)
        collected: list[RowFinding] = []
        for rule, ask in plan:
            if broken and not set(rule.reads).isdisjoint(broken):
                continue
            if findings := ask(flat, on):
                collected += findings
        return collected

    def _plan(self, shape: tuple[str, ...]) -> tuple[tuple[CrossCheckRule, CheckFunction], ...]:
        filled = frozenset(shape)
        plan = []
        for number, rule in enumerate(self._rules):
            if filled.isdisjoint(rule.starts):
                continue
            keys = tuple(key for key in rule.reads if key in filled)
            ask = self._asks.get((number, keys))
            if ask is None:
                ask = self._asks[number, keys] = _remembering(rule.check, keys) if rule.repeats else rule.check
            plan.append((rule, ask))
        if len(self._plans) < _MOST_SHAPES:
            self._plans[shape] = tuple(plan)
        return tuple(plan)


def _remembering(check: CheckFunction, keys: Sequence[str]) -> CheckFunction:
    """The check, made once for each combination of the values of these keys."""
    values_of = itemgetter(*keys)
    known: dict[object, Sequence[RowFinding]] = {}

    def ask(flat: Flat, on: date) -> Sequence[RowFinding]:
        values = values_of(flat)
        findings = known.get(values)
        if findings is None:
            findings = check({key: flat[key] for key in keys}, on)
            if len(known) < _MOST_ANSWERS:
                known[values] = findings
        return findings

    return ask
