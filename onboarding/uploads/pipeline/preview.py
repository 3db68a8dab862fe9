"""What would happen to rows if they were confirmed now. Reads, never writes; knows neither files nor HTTP.

The check of an upload, the corrections of its rows and the form for one meter are all made of this.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from difflib import get_close_matches
from uuid import UUID

from django.db.models import Q
from django.db.models.fields.json import KT
from django.db.models.functions import Lower

from onboarding.enrollment.checks import Check, fits, in_place, unknown_beside
from onboarding.enrollment.choice import denied_by, joined_unchosen
from onboarding.enrollment.evaluate import evaluate, moment_of, result_in_place
from onboarding.enrollment.facts import Held, MeterFacts
from onboarding.enrollment.load import Customer, facts_of, held_by
from onboarding.enrollment.results import EnrollmentResult, without_misfit_actions
from onboarding.enrollment.rules import ProgramRules, rules_of
from onboarding.meters.columns import Asset, asset_of
from onboarding.meters.models import CreatedBy, Meter
from onboarding.spreadsheets.garbled import decoded_again, without_entities
from onboarding.uploads.columns.assembly import plain_reference
from onboarding.uploads.editing import CLEARS
from onboarding.uploads.models import WRITTEN, RowOutcome, RowPlan
from onboarding.uploads.pipeline.first_rows import FirstRows, firsts_of
from onboarding.uploads.pipeline.row_faults import NOT_A_METER, ROW, fault_in
from onboarding.uploads.stored import FieldChanges
from portal.partners.models import Partner
from portal.problems import Problem, shown
from portal.storage.ids import uuid7
from portal.web import clock
from programs.identifiers import account_key, reference_key, serial_key
from programs.schema import Checked, Schema, TypedRow, schema_for, under

_MANY = 3  # problems of a row, from which on a total is looked for
_TOTAL = re.compile(r"\s*(?:grand |sub)?-?totals?\s*:?\s*|\s*sums?\s*:?\s*", re.IGNORECASE)
_SERIAL = "device.device_serial_number"
_SUGGESTED = 20  # rows of a chunk for which a known reference is looked for
_NEAR = 500  # references that are compared
_ALIKE = ", apart from spaces, dashes or characters that cannot be seen"


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One row to check: its number in the file, and its cells by field key.

    meter: the meter that the row is about, when it is known: then the cells are all that it is to hold. typed: the
    fields that somebody typed into, whose texts are no fault of the program that sent the rest.
    """

    number: int
    cells: Mapping[str, object]
    meter: Meter | None = None
    typed: Collection[str] = ()


@dataclass(slots=True)
class RowResult:
    """What would happen to one row, with everything that is wrong with it or worth a look.

    key: the reference in its normal form, by which it is compared; of a meter's own reference, the meter's key.
    joins: the programs that an existing meter joins, with its status there.
    outcome: set when nothing will be written whatever happens: the reference is taken.
    """

    number: int
    reference: str
    plan: RowPlan
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    asset: Asset | None = None
    changes: FieldChanges | None = None
    programs: Mapping[str, EnrollmentResult] = field(default_factory=dict)
    meter_id: UUID | None = None
    meter_version: int | None = None
    outcome: RowOutcome | None = None
    key: str = ""
    joins: Mapping[str, str] = field(default_factory=dict)


class RowPreview:
    """Checks rows of one set against the catalogue and the partner's meters; earlier rows of the set make duplicates.

    programs: those the rows are for; without any, whatever fits. update_existing: a row whose reference one meter of
    the partner has changes that meter. creates_unknown: then a row whose reference no meter has is a new meter, and
    otherwise it needs fixing. names_fields: whether the rows name their fields themselves (an API body), so
    that an unknown name gets a warning. reads_json: whether the cells are the values of JSON assets, whose types are
    checked before they are read as cells (`flatten_json`). date_orders: field key to "mdy" or "dmy" where dates can be
    read both ways.
    """

    def __init__(
        self,
        partner: Partner,
        *,
        programs: Collection[str],
        update_existing: bool,
        creates_unknown: bool = True,
        names_fields: bool = False,
        reads_json: bool = False,
        date_orders: Mapping[str, str] | None = None,
    ) -> None:
        self.partner = partner
        self.chosen = frozenset(programs)
        self.update_existing = update_existing
        self.creates_unknown = creates_unknown
        self.at: datetime = clock.now()
        self.on: date = self.at.date()
        self.date_orders = date_orders or {}
        self.programs: dict[str, ProgramRules] = rules_of()
        self.schema: Schema = schema_for(self.programs)
        self._asked_on = {name: program.asked_on(self.at) for name, program in self.programs.items()}
        self.references = FirstRows()
        self.serials = FirstRows()
        self.letters = FirstRows()  # references without capitals
        self._names_fields = names_fields
        self._reads_json = reads_json
        self._texts = frozenset(column.key for column in self.schema.columns if column.type == "text")
        self._candidates: dict[tuple[object, ...], tuple[ProgramCandidate, ...]] = {}

    def check(self, rows: Sequence[CandidateRow]) -> list[RowResult]:
        """The result of each row, in order. The number of queries does not depend on how many rows there are."""
        types = {row.number: self._typed(row) for row in rows} if self._reads_json else {}
        if types:
            rows = [replace(row, cells=types[row.number].cells) for row in rows]
        references = [reference_of(row.cells) for row in rows]
        keys = {reference: reference_key(reference) for reference in references if reference}
        existing = self._meters_of({*keys, *keys.values()})
        keys = {reference: reference if reference in existing else key for reference, key in keys.items()}  # twins
        self.references.expect(firsts_of(_meant_references(rows, references, keys)))
        targets: dict[UUID, Meter] = {}
        results = [
            self._validate(row, reference, keys.get(reference, ""), existing, targets)
            for row, reference in zip(rows, references, strict=True)
        ]
        for result in results if types else ():
            _add_types(result, types[result.number])
        self._add_known_facts(results, targets)
        self._warn_of_other_capitals(results)
        self._warn_of_capitals_in_file(results)
        self._suggest_known_references(results)
        self._warn_of_repeated_serials(results)
        return results

    def _typed(self, row: CandidateRow) -> TypedRow:
        typed = self.schema.typed(row.cells)
        if not row.typed:
            return typed
        return replace(typed, warnings=tuple(one for one in typed.warnings if one.field not in row.typed))

    def _meters_of(self, keys: Collection[str]) -> dict[str, list[Meter]]:
        """The partner's meters whose references have one of these normal forms."""
        by_key: dict[str, list[Meter]] = {}
        meters = Meter.objects.filter(partner=self.partner, reference_key__any_of=keys)
        for meter in meters.defer("tags"):
            by_key.setdefault(meter.reference_key, []).append(meter)
        return by_key

    def _validate(
        self,
        row: CandidateRow,
        reference: str,
        key: str,
        existing: Mapping[str, list[Meter]],
        targets: dict[UUID, Meter],
    ) -> RowResult:
        meters = existing.get(key, [])
        target = row.meter or (meters[0] if self.update_existing and len(meters) == 1 else None)
        cells, kept = row.cells, []
        if (fault := fault_in(cells)) is not None:
            if fault.code == NOT_A_METER:
                return RowResult(row.number, reference, RowPlan.NOT_A_METER, (fault,))
            result = RowResult(row.number, reference, RowPlan.NEEDS_FIXING, (fault,), key=key)
            self._is_duplicate(result, [] if target in meters else meters)
            return result
        if row.meter is not None:
            meters = _others_with_reference(row.meter, meters)
            key = row.meter.reference_key if reference == row.meter.partner_reference else key
        elif target is not None:
            before = self.schema.flatten(asset_of(target))
            cells = over(before, cells, self.schema)
            cells["partner_reference"] = target.partner_reference  # however the row spells it
            kept = self._kept_for_words(before, row.cells)
        elif any(mark in cells.values() for mark in CLEARS):
            cells = {key: cell for key, cell in cells.items() if cell.__class__ is not str or cell not in CLEARS}
        elif reference and self.update_existing and not self.creates_unknown and not meters:
            problem = Problem("REFERENCE_UNKNOWN", "partner_reference", shown(reference))
            return RowResult(row.number, reference, RowPlan.NEEDS_FIXING, (problem,), key=key)
        checked = self.check_cells(cells)
        unknown = self._unknown(row.cells) if self._names_fields else ()
        warnings = (*checked.warnings, *kept, *self._garbled(row.cells), *unknown)
        result = RowResult(row.number, reference, RowPlan.NEEDS_FIXING, checked.problems, warnings, key=key)
        if self._is_duplicate(result, [] if target in meters else meters):
            return result
        if checked.asset is None:
            total = _total_in(cells) if len(checked.problems) >= _MANY else ""
            if total:
                result.problems = (Problem("TOTALS_ROW", total, shown(cells[total])),)
            return result
        result.asset, result.problems = checked.asset, ()
        result.programs = self.program_results(checked)
        if target is not None:
            targets[target.pk] = target
            result.meter_id, result.meter_version = target.pk, target.version
            result.changes = changes_of(self.schema, asset_of(target), checked.asset)
            result.plan = RowPlan.UPDATE if result.changes else RowPlan.UNCHANGED
        else:
            result.meter_id, result.plan = uuid7(), RowPlan.CREATE
        return result

    def _garbled(self, cells: Mapping[str, object]) -> list[Problem]:
        """A warning for each text that another program garbled, with what it may have been."""
        warnings = []
        for key, cell in cells.items():
            if cell.__class__ is not str or (cell.isascii() and "&" not in cell) or key not in self._texts:
                continue
            text = str(cell)
            for code, mended in (
                ("TEXT_ENCODED_TWICE", decoded_again(text)),
                ("TEXT_HAS_ENTITIES", without_entities(text)),
            ):
                if mended is not None:
                    facts = {"label": self.schema.column(key).label, "suggestion": mended}
                    warnings.append(Problem(code, key, shown(text), facts))
        return warnings

    def _kept_for_words(self, before: Mapping[str, object], cells: Mapping[str, object]) -> list[Problem]:
        """A warning for each value that stays because the row only says N/A or the like."""
        return [
            Problem("WORD_FOR_NOTHING", key, shown(cell), {"label": self.schema.column(key).label})
            for key, cell in cells.items()
            if cell.__class__ is str and key in before and self.schema.says_nothing(key, str(cell))
        ]

    def _is_duplicate(self, result: RowResult, meters: Sequence[Meter]) -> bool:
        """Whether an earlier row or one of these meters has the reference; then the result says which."""
        reference = result.reference
        first = self.references.of(result.key, result.number) if result.key else result.number
        if first != result.number:
            facts = {"first": first} if reference == result.key else {"first": first, "alike": _ALIKE}
            problem = Problem("DUPLICATE_IN_FILE", "partner_reference", reference, facts)
            result.outcome = RowOutcome.DUPLICATE_REF_ID
        elif len(meters) > 1:
            problem = Problem("MULTIPLE_PARTNER_REFERENCE", "partner_reference", reference, {"count": len(meters)})
            result.outcome = RowOutcome.MULTIPLE_PARTNER_REFERENCE
        elif meters:
            problem = Problem("DUPLICATE_REF_ID", "partner_reference", reference, holder_of(reference, meters[0]))
            result.outcome, result.meter_id = RowOutcome.DUPLICATE_REF_ID, meters[0].pk
        else:
            return False
        result.plan, result.problems = RowPlan.DUPLICATE, (problem, *result.problems)
        return True

    def _unknown(self, cells: Iterable[str]) -> list[Problem]:
        """A warning for each name that no field has, in the order of the row."""
        lists = {first.removesuffix(".0") for first in self.schema.value_lists}
        known = (key for key in cells if key != ROW and key not in lists)
        return [Problem("UNKNOWN_PROPERTY", shown(key)) for key in known if not self.schema.knows(key)]

    def check_cells(self, cells: Mapping[str, object]) -> Checked:
        """Validate the cells of one row, with the requirements of the period by which each program evaluates it."""
        return self.schema.check(cells, self.on, self._worth_asking, self.date_orders, self._asked_on)

    def program_results(self, checked: Checked) -> dict[str, EnrollmentResult]:
        """The asset's result in each chosen program, and in those that it could join besides."""
        assert checked.asset is not None
        candidates = self._candidates_of(checked.asset)
        results = {
            candidate.program.identifier: candidate.result(checked)
            if candidate.program.identifier in checked.unmet
            else candidate.complete
            for candidate in candidates
        }
        denied = () if self.chosen else denied_by(checked.asset, (candidate.program for candidate in candidates))
        return results | {name: replace(results[name], could_join=True) for name in denied if name in results}

    def _worth_asking(self, asset: Asset) -> list[str]:
        return [candidate.program.identifier for candidate in self._candidates_of(asset)]

    def _candidates_of(self, asset: Asset) -> "tuple[ProgramCandidate, ...]":
        """The programs that are worth evaluating for an asset: the chosen, and those that fit its place and type."""
        facts = MeterFacts(asset)
        place = facts.place()
        candidates = self._candidates.get(place)
        if candidates is None:
            candidates = self._candidates[place] = self._new_candidates(facts)
            if any(candidate.is_meant and candidate.fits for candidate in candidates):
                for misfit in (candidate for candidate in candidates if not candidate.fits):
                    misfit.ask_nothing()
        return candidates

    def _new_candidates(self, facts: MeterFacts) -> "tuple[ProgramCandidate, ...]":
        fitting = {}
        for identifier, program in self.programs.items():
            moment = moment_of(program, program.leading_period(self.at), self.schema, self.at)
            is_chosen = identifier in self.chosen
            if is_chosen or not any(fits(facts, program, moment, False)):
                if self.chosen and not is_chosen and not program.is_partner_created:
                    continue
                fitting[identifier] = in_place(facts, program, moment)
        meant = self.chosen or joined_unchosen(
            (self.programs[name] for name in fitting),
            utility=facts.utility,
            classification=facts.classification,
            at=self.at,
        )
        joining = meant & fitting.keys()
        for name in joining if not facts.utility else ():
            fitting[name] += self._unknown_beside(name, joining, facts)
        return tuple(ProgramCandidate(self.programs[name], checks, name in meant) for name, checks in fitting.items())

    def _unknown_beside(self, name: str, meant: Collection[str], facts: MeterFacts) -> list[Check]:
        """What cannot be told of a program while the utility is not known, beside those that go before it."""
        program, checks = self.programs[name], list[Check]()
        for other in (self.programs[other] for other in meant if self.programs[other].position < program.position):
            on = max(self._asked_on[name], self._asked_on[other.identifier])
            checks += unknown_beside(program, other.identifier, {facts.classification}, on)
        return checks

    def _add_known_facts(self, results: Sequence[RowResult], targets: Mapping[UUID, Meter]) -> None:
        """Evaluate rows again with the facts of the meters that they change, and with what their customers hold."""
        checked = (result for result in results if result.asset is not None)
        known = {result.meter_id: result for result in checked if result.meter_id in targets}
        meters = [targets[pk] for pk in known if pk]
        assets = {pk: result.asset for pk, result in known.items() if pk and result.asset is not None}
        for pk, facts in self._facts_of(meters, assets).items() if meters else ():
            self._evaluate_again(known[pk], facts)
            _add_joins(known[pk], facts)
        if not any(self.programs[name].is_compared for name in self.chosen or self.programs):
            return
        created = (result for result in results if result.plan is RowPlan.CREATE)
        new = [(customer, result) for result in created if (customer := _customer_of(result.asset))]
        held = self._held_by({customer for customer, _ in new})
        for customer, result in new:
            if customer in held:
                facts = MeterFacts(result.asset or {}, pk=result.meter_id, held=held[customer])
                self._evaluate_again(result, facts)

    def _facts_of(self, meters: Sequence[Meter], assets: Mapping[UUID, Asset]) -> dict[UUID, MeterFacts]:
        return facts_of(meters, self.programs, self.schema, self.at, assets=assets)

    def _held_by(self, customers: set[Customer]) -> dict[Customer, list[Held]]:
        return held_by(self.partner.pk, customers, self.programs, self.schema, self.at)

    def _evaluate_again(self, result: RowResult, facts: MeterFacts) -> None:
        """The results in the same programs, and in those that the meter is in, with the facts of the meter.

        A meter that is in programs already joins no other than the chosen ones.
        """
        by_program = dict(result.programs)
        for name in {*by_program, *facts.wanted}:
            possible = name in by_program and by_program[name].could_join
            joins = name in self.chosen or name in facts.wanted or not (self.chosen or facts.wanted or possible)
            program_result = evaluate(facts, self.programs[name], self.schema, self.at)
            by_program[name] = program_result if joins else replace(program_result, could_join=True)
        meant = {name: status for name, status in by_program.items() if not status.could_join}
        result.programs = by_program | without_misfit_actions(meant)

    def _warn_of_other_capitals(self, results: Iterable[RowResult]) -> None:
        """Warn of a new meter whose reference differs from a known one only in capital letters."""
        new = {result.key.lower(): result for result in results if result.plan is RowPlan.CREATE and result.key}
        if not any(letters != letters.upper() for letters in new):
            return
        meters = Meter.objects.filter(partner=self.partner).annotate(letters=Lower("reference_key"))
        known = dict(meters.filter(letters__any_of=new).values_list("letters", "partner_reference"))
        for result in new.values():
            if known_reference := known.get(result.key.lower()):
                facts = {"known": shown(known_reference)}
                warning = Problem("REFERENCE_DIFFERS_IN_CAPITALS", "partner_reference", result.reference, facts)
                result.warnings = (*result.warnings, warning)

    def _warn_of_capitals_in_file(self, results: Iterable[RowResult]) -> None:
        """Warn of a new meter whose reference differs from that of an earlier row only in capital letters."""
        new = [result for result in results if result.plan is RowPlan.CREATE and result.key]
        self.letters.expect(firsts_of((result.key.lower(), result.number) for result in new))
        for result in new:
            first = self.letters.of(result.key.lower(), result.number)
            if first != result.number:
                facts = {"first": first}
                warning = Problem("REFERENCES_DIFFER_IN_CAPITALS", "partner_reference", result.reference, facts)
                result.warnings = (*result.warnings, warning)

    def _suggest_known_references(self, results: Iterable[RowResult]) -> None:
        """Name a reference of the partner that is near to an unknown one, for the first rows that need it."""
        unknown = [result for result in results if result.problems and result.problems[0].code == "REFERENCE_UNKNOWN"]
        unknown = unknown[:_SUGGESTED]
        begins = Q()
        for result in unknown:
            begins |= Q(reference_key__istartswith=result.key[: max(3, len(result.key) - 3)])
        if not unknown:
            return
        meters = Meter.objects.filter(begins, partner=self.partner)
        known = {text.casefold(): text for text in meters.values_list("partner_reference", flat=True)[:_NEAR]}
        for result in unknown:
            if near := get_close_matches(result.key.casefold(), known, n=1, cutoff=0.8):
                suggestion = known[near[0]]
                facts = {"near": f" Did you mean {shown(suggestion)}?", "suggestion": suggestion}
                result.problems = (replace(result.problems[0], context=facts),)

    def _warn_of_repeated_serials(self, results: Iterable[RowResult]) -> None:
        """Warn of a device that occurs twice, in these rows or among the partner's other meters."""
        devices = [(result, device) for result in results if (device := _device_of(result.asset))]
        self.serials.expect(firsts_of((device_name(*device), result.number) for result, device in devices))
        if not devices:
            return
        known = self._meters_with_serials({key for _, (_, key) in devices})
        for result, device in devices:
            first = self.serials.of(device_name(*device), result.number)
            meter = known.get(device)
            if first != result.number:
                where = f"Row {first} of this file"
            elif meter is not None and meter != result.meter_id:
                where = f"Your meter {meter}"
            else:
                continue
            serial = (result.asset or {})["device"]["device_serial_number"]
            warning = Problem("SERIAL_NUMBER_TWICE", _SERIAL, shown(serial), {"where": where})
            result.warnings = (*result.warnings, warning)

    def _meters_with_serials(self, keys: Collection[str]) -> dict[tuple[str, str], UUID]:
        meters = Meter.objects.filter(partner=self.partner, serial_key__any_of=keys)
        # KT, not data__device__…: looking for such a relation Django keeps a traceback, and with it the whole chunk.
        lines = meters.values_list("pk", KT("data__device__device_manufacturer"), "serial_key")
        return {(str(maker or "").casefold(), key): pk for pk, maker, key in lines}


def _add_types(result: RowResult, typed: TypedRow) -> None:
    """What is to be said of the types of a row's values. A wrong shape of an object or a list stops the row."""
    result.warnings = (*typed.warnings, *result.warnings)
    if not typed.problems:
        return
    below = under(typed.problems)
    result.problems = (*typed.problems, *(one for one in result.problems if not one.field.startswith(below)))
    if result.plan in WRITTEN:
        result.plan, result.asset, result.programs, result.changes = RowPlan.NEEDS_FIXING, None, {}, None
        result.meter_id = result.meter_version = None


def _add_joins(result: RowResult, facts: MeterFacts) -> None:
    """A row that brings its meter into a program changes it, whatever else it holds."""
    meant = ((name, program) for name, program in result.programs.items() if not program.could_join)
    result.joins = {name: program.status.value for name, program in meant if name not in facts.wanted}
    if result.joins and result.plan is RowPlan.UNCHANGED:
        result.plan = RowPlan.UPDATE


class ProgramCandidate:
    """One program that assets of one place and type could be enrolled in."""

    def __init__(self, program: ProgramRules, in_place: Sequence[Check], is_meant: bool) -> None:
        self.program, self.is_meant = program, is_meant
        self._in_place = in_place
        self._asks_nothing = False
        # Most rows are alike: those that miss nothing in their fields share this result.
        self.complete: EnrollmentResult = self.result(Checked({}, ()))

    @property
    def fits(self) -> bool:
        return not self.complete.is_misfit

    def ask_nothing(self) -> None:
        """Another program fits: nothing is to be done for this one."""
        self._asks_nothing = True
        self.complete = self.result(Checked({}, ()))

    def result(self, checked: Checked) -> EnrollmentResult:
        """The result of a checked asset in this program."""
        unmet = checked.unmet.get(self.program.identifier, ())
        result = result_in_place(self.program, self._in_place, unmet, could_join=not self.is_meant)
        return result.without_actions() if self._asks_nothing else result


def holder_of(reference: str, meter: Meter) -> dict[str, object]:
    """The facts of the meter that has a reference: its ID and, when it is another one, its spelling."""
    facts: dict[str, object] = {"meter": str(meter.pk)}
    if meter.partner_reference != reference:
        facts["spelled"] = f" It is spelled {shown(meter.partner_reference)} there."
    return facts


def _others_with_reference(meter: Meter, meters: Sequence[Meter]) -> list[Meter]:
    """The other meters that keep a meter from its reference: of the partner's own meters only one may have it."""
    if meter.created_by != CreatedBy.PARTNER:
        return []
    return [other for other in meters if other.pk != meter.pk and other.created_by == CreatedBy.PARTNER]


def _total_in(cells: Mapping[str, object]) -> str:
    """The field whose cell reads like a row of totals; "" when there is none."""
    return next((key for key, cell in cells.items() if cell.__class__ is str and _TOTAL.fullmatch(str(cell))), "")


def _meant_references(
    rows: Sequence[CandidateRow], references: Sequence[str], keys: Mapping[str, str]
) -> Iterator[tuple[str, int]]:
    """The references of rows that are meters, in their normal forms, with the rows' numbers."""
    for row, reference in zip(rows, references, strict=True):
        fault = fault_in(row.cells)
        if reference and (fault is None or fault.code != NOT_A_METER):
            yield keys[reference], row.number


def reference_of(cells: Mapping[str, object]) -> str:
    """The row's partner reference as the row has it, without the marks of a text; "" when there is none."""
    value = cells.get("partner_reference", "")
    if isinstance(value, Problem | bool | date) or value is None:
        return ""
    return plain_reference(value)


def over(old: Mapping[str, object], new: Mapping[str, object], schema: Schema) -> dict[str, object]:
    """The row's cells over the meter's: an empty cell (or one that says N/A) keeps what is there, a written - clears,
    and a given list replaces the whole list."""
    new = {
        key: value for key, value in new.items() if value.__class__ is not str or not schema.says_nothing(key, value)
    }
    lists = {key.split(".")[0] for key in new if key.split(".")[-1].isdigit()}
    cleared = {key for key, value in new.items() if value.__class__ is str and value in CLEARS}
    merged = {key: value for key, value in old.items() if key.split(".")[0] not in lists} | dict(new)
    return {key: value for key, value in merged.items() if key not in cleared}


def changes_of(schema: Schema, old: Asset, new: Asset) -> FieldChanges:
    """Field key to [old, new] for every field that differs."""
    before, after = schema.flatten(old), schema.flatten(new)
    keys = [*before, *(key for key in after if key not in before)]
    return {key: [before.get(key), after.get(key)] for key in keys if before.get(key) != after.get(key)}


def device_name(maker: object, key: object) -> str:
    """What a device is known by: its maker, in one case, and the normal form of its serial number."""
    return f"{str(maker or '').casefold()}\0{key}"


def _customer_of(asset: Asset | None) -> Customer | None:
    """The customer of an asset: the utility and the account there."""
    utility = (asset or {}).get("utility", {})
    account = utility.get("electric_service_account_number")
    return (utility.get("utility_name") or "", account_key(account)) if account else None


def _device_of(asset: Asset | None) -> tuple[str, str] | None:
    """The maker, in one case, and the normal form of the serial number; None when the asset names no device."""
    device = (asset or {}).get("device", {})
    serial = device.get("device_serial_number")
    return (str(device.get("device_manufacturer", "")).casefold(), serial_key(serial)) if serial else None
