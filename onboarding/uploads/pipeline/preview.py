"""What would happen to rows if they were confirmed now. Reads, never writes; knows neither files nor HTTP.

The check of an upload, the healing of its rows and an answer to an API call are all made of this.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models.fields.json import KT
from django.utils import timezone

from onboarding.enrollment.checks import Check, fits, in_place
from onboarding.enrollment.evaluate import evaluate, moment_of, result_in_place
from onboarding.enrollment.facts import Held, MeterFacts
from onboarding.enrollment.load import Customer, facts_of, held_by
from onboarding.enrollment.results import EnrollmentResult, without_misfit_actions
from onboarding.enrollment.rules import ProgramRules, rules_of
from onboarding.meters.columns import asset_of
from onboarding.meters.models import CreatedBy, Meter
from onboarding.uploads.editing import CLEARS
from onboarding.uploads.models import Plan, Result
from onboarding.uploads.pipeline.first_rows import FirstRows
from portal.partners.models import Partner
from portal.problems import Problem, shown, storable
from portal.storage.ids import uuid7
from programs.schema import Checked, Schema, says_nothing, schema_for

_MANY = 3  # problems of a row, from which on a total is looked for
_TOTAL = re.compile(r"\s*(?:grand |sub)?-?totals?\s*:?\s*|\s*sums?\s*:?\s*", re.IGNORECASE)
_SERIAL = "device.device_serial_number"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row on its way in: its number in the file, and its cells by field key.

    meter: the meter that the row is about, when it is known: then the cells are all that it is to hold.
    """

    number: int
    cells: Mapping[str, object]
    meter: Meter | None = None


@dataclass(slots=True)
class Verdict:
    """What would happen to one row, and everything there is to say about it."""

    number: int
    reference: str
    plan: Plan
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    asset: dict[str, Any] | None = None
    changes: dict[str, list[Any]] | None = None
    programs: Mapping[str, EnrollmentResult] = field(default_factory=dict)
    meter_id: UUID | None = None
    meter_version: int | None = None
    result: Result | None = None


class DryRun:
    """The judge of one set of rows: what it has seen of the set so far decides what is a duplicate.

    programs: those the rows are for; without any, whatever fits. update_existing: a row whose reference one meter of
    the partner has changes that meter. names_fields: whether the rows name their fields themselves (an API body), so
    that an unknown one is worth a word. date_orders: field key to "mdy" or "dmy" where dates can be read both ways.
    """

    def __init__(
        self,
        partner: Partner,
        *,
        programs: Collection[str],
        update_existing: bool,
        names_fields: bool = False,
        date_orders: Mapping[str, str] | None = None,
    ) -> None:
        self.partner = partner
        self.chosen = frozenset(programs)
        self.update_existing = update_existing
        self.at: datetime = timezone.now()
        self.on: date = self.at.date()
        self.date_orders = date_orders or {}
        self.programs: dict[str, ProgramRules] = rules_of()
        self.schema: Schema = schema_for(self.programs)
        self._asked_on = {name: program.asked_on(self.at) for name, program in self.programs.items()}
        self.references = FirstRows()
        self.serials = FirstRows()
        self._names_fields = names_fields
        self._prospects: dict[tuple[object, ...], tuple[Prospect, ...]] = {}

    def look(self, rows: Sequence[Candidate]) -> list[Verdict]:
        """The verdict on each row, in order. Two queries for all of them."""
        references = {reference_of(row.cells) for row in rows} - {""}
        self.references.expect(references)
        existing = self._meters_of(references)
        targets: dict[UUID, Meter] = {}
        verdicts = [self._judge(row, existing, targets) for row in rows]
        self._look_at_facts(verdicts, targets)
        self._look_for_serials(verdicts)
        return verdicts

    def _meters_of(self, references: Collection[str]) -> dict[str, list[Meter]]:
        """The partner's meters that carry one of these references."""
        found: dict[str, list[Meter]] = {}
        meters = Meter.objects.filter(partner=self.partner, partner_reference__any_of=references)
        for meter in meters.defer("tags"):
            found.setdefault(meter.partner_reference, []).append(meter)
        return found

    def _judge(self, row: Candidate, existing: Mapping[str, list[Meter]], targets: dict[UUID, Meter]) -> Verdict:
        reference = reference_of(row.cells)
        meters = existing.get(reference, [])
        target = row.meter or (meters[0] if self.update_existing and len(meters) == 1 else None)
        cells = row.cells
        if row.meter is not None:
            meters = _others_with_reference(row.meter, meters)
        elif target is not None:
            cells = over(self.schema.flatten(asset_of(target)), cells)
        elif not CLEARS.isdisjoint(_texts(cells)):
            cells = {key: cell for key, cell in cells.items() if cell.__class__ is not str or cell not in CLEARS}
        checked = self.check(cells)
        verdict = Verdict(row.number, reference, Plan.NEEDS_FIXING, checked.problems, checked.warnings)
        if self._is_duplicate(verdict, [] if target in meters else meters):
            return verdict
        if checked.asset is None:
            total = _total_in(cells) if len(checked.problems) >= _MANY else ""
            if total:
                verdict.problems = (Problem("TOTALS_ROW", total, shown(cells[total])),)
            return verdict
        verdict.asset, verdict.problems = checked.asset, ()
        if self._names_fields:
            verdict.warnings = (*verdict.warnings, *self._unknown(row.cells))
        verdict.programs = self.results(checked)
        if target is not None:
            targets[target.pk] = target
            verdict.meter_id, verdict.meter_version = target.pk, target.version
            verdict.changes = changes_of(self.schema, asset_of(target), checked.asset)
            verdict.plan = Plan.UPDATE if verdict.changes else Plan.UNCHANGED
        else:
            verdict.meter_id, verdict.plan = uuid7(), Plan.CREATE
        return verdict

    def _is_duplicate(self, verdict: Verdict, meters: Sequence[Meter]) -> bool:
        """Whether the reference is used elsewhere, in these rows or on these meters; then the verdict says where."""
        reference = verdict.reference
        first = self.references.of(reference, verdict.number) if reference else verdict.number
        if first != verdict.number:
            problem = Problem("DUPLICATE_IN_FILE", "partner_reference", reference, {"first": first})
            verdict.result = Result.DUPLICATE_REF_ID
        elif len(meters) > 1:
            problem = Problem("MULTIPLE_PARTNER_REFERENCE", "partner_reference", reference, {"count": len(meters)})
            verdict.result = Result.MULTIPLE_PARTNER_REFERENCE
        elif meters:
            problem = Problem("DUPLICATE_REF_ID", "partner_reference", reference, {"meter": str(meters[0].pk)})
            verdict.result, verdict.meter_id = Result.DUPLICATE_REF_ID, meters[0].pk
        else:
            return False
        verdict.plan, verdict.problems = Plan.DUPLICATE, (problem, *verdict.problems)
        return True

    def _unknown(self, cells: Iterable[str]) -> list[Problem]:
        return [Problem("UNKNOWN_PROPERTY", shown(key)) for key in cells if not self.schema.knows(key)]

    def check(self, cells: Mapping[str, object]) -> Checked:
        """The validator's word on a row's cells, with the requirements of the period that each program judges by."""
        return self.schema.check(cells, self.on, self._worth_asking, self.date_orders, self._asked_on)

    def results(self, checked: Checked) -> dict[str, EnrollmentResult]:
        """The results of the asset in the chosen programs, and in those that it could join besides."""
        assert checked.asset is not None
        return {
            prospect.program.identifier: prospect.result(checked)
            if prospect.program.identifier in checked.unmet
            else prospect.eligible
            for prospect in self._prospects_of(checked.asset)
        }

    def _worth_asking(self, asset: Mapping[str, Any]) -> list[str]:
        return [prospect.program.identifier for prospect in self._prospects_of(asset)]

    def _prospects_of(self, asset: Mapping[str, Any]) -> "tuple[Prospect, ...]":
        """The programs to speak of for an asset: the chosen, and those that fit its place and type."""
        facts = MeterFacts(asset)
        place = facts.place()
        found = self._prospects.get(place)
        if found is None:
            found = self._prospects[place] = tuple(self._new_prospects(facts))
            if any(one.is_meant and one.fits for one in found):
                for misfit in (one for one in found if not one.fits):
                    misfit.ask_nothing()
        return found

    def _new_prospects(self, facts: MeterFacts) -> "Iterable[Prospect]":
        for identifier, program in self.programs.items():
            moment = moment_of(program, program.leading_period(self.at), self.schema, self.at)
            is_chosen = identifier in self.chosen
            if is_chosen or not any(fits(facts, program, moment, False)):
                if self.chosen and not is_chosen and not program.is_partner_created:
                    continue
                found = in_place(facts, program, moment)
                yield Prospect(program, found, is_chosen or not self.chosen)

    def _look_at_facts(self, verdicts: Sequence[Verdict], targets: Mapping[UUID, Meter]) -> None:
        """What is known of the meters that rows change, and what their customers hold elsewhere, has its word too."""
        known = {one.meter_id: one for one in verdicts if one.asset is not None and one.meter_id in targets}
        meters = [targets[pk] for pk in known if pk]
        assets = {pk: one.asset for pk, one in known.items() if pk and one.asset is not None}
        for pk, facts in self._facts_of(meters, assets).items() if meters else ():
            self._evaluate_again(known[pk], facts)
        if not any(self.programs[name].excluded for name in self.chosen or self.programs):
            return
        new = [(customer, one) for one in verdicts if one.plan is Plan.CREATE and (customer := _customer_of(one.asset))]
        held = self._held_by({customer for customer, _ in new})
        for customer, verdict in new:
            if customer in held:
                facts = MeterFacts(verdict.asset or {}, pk=verdict.meter_id, held=held[customer])
                self._evaluate_again(verdict, facts)

    def _facts_of(self, meters: Sequence[Meter], assets: Mapping[UUID, Mapping[str, Any]]) -> dict[UUID, MeterFacts]:
        return facts_of(meters, self.programs, self.schema, self.at, assets=assets)

    def _held_by(self, customers: set[Customer]) -> dict[Customer, list[Held]]:
        return held_by(self.partner.pk, customers, self.programs, self.schema, self.at)

    def _evaluate_again(self, verdict: Verdict, facts: MeterFacts) -> None:
        """The same results, and those of the programs that the meter is in, with the facts of the meter.

        A meter that is in programs already joins no other than the chosen ones.
        """
        results = dict(verdict.programs)
        for name in {*results, *facts.wanted}:
            joins = name in self.chosen or name in facts.wanted or not (self.chosen or facts.wanted)
            result = evaluate(facts, self.programs[name], self.schema, self.at)
            results[name] = result if joins else replace(result, could_join=True)
        meant = {name: result for name, result in results.items() if not result.could_join}
        verdict.programs = results | without_misfit_actions(meant)

    def _look_for_serials(self, verdicts: Iterable[Verdict]) -> None:
        """A device that stands twice, in these rows or among the partner's other meters, is worth a warning."""
        devices = [(verdict, device) for verdict in verdicts if (device := _device_of(verdict.asset))]
        if not devices:
            return
        self.serials.expect([device_name(*device) for _, device in devices])
        known = self._meters_with_serials({serial for _, (_, serial) in devices})
        for verdict, device in devices:
            first = self.serials.of(device_name(*device), verdict.number)
            meter = known.get(device)
            if first != verdict.number:
                where = f"Row {first} of this file"
            elif meter is not None and meter != verdict.meter_id:
                where = f"Your meter {meter}"
            else:
                continue
            warning = Problem("SERIAL_NUMBER_TWICE", _SERIAL, shown(device[1]), {"where": where})
            verdict.warnings = (*verdict.warnings, warning)

    def _meters_with_serials(self, serials: Collection[str]) -> dict[tuple[str, str], UUID]:
        meters = Meter.objects.filter(partner=self.partner, serial_number__any_of=serials)
        # KT, not data__device__…: looking for such a relation Django keeps a traceback, and with it the whole chunk.
        lines = meters.values_list("pk", KT("data__device__device_manufacturer"), "serial_number")
        return {(str(maker or "").casefold(), serial): pk for pk, maker, serial in lines}


class Prospect:
    """One program as it looks at all assets of one place and type."""

    def __init__(self, program: ProgramRules, in_place: Sequence[Check], is_meant: bool) -> None:
        self.program, self.is_meant = program, is_meant
        self._in_place = in_place
        self._asks_nothing = False
        # Most rows are alike: those that miss nothing in their fields share this one.
        self.eligible: EnrollmentResult = self.result(Checked({}, ()))

    @property
    def fits(self) -> bool:
        return not self.eligible.is_misfit

    def ask_nothing(self) -> None:
        """Another program fits: nothing is to be done for this one."""
        self._asks_nothing = True
        self.eligible = self.result(Checked({}, ()))

    def result(self, checked: Checked) -> EnrollmentResult:
        unmet = checked.unmet.get(self.program.identifier, ())
        result = result_in_place(self.program, self._in_place, unmet, could_join=not self.is_meant)
        return result.without_actions() if self._asks_nothing else result


def _others_with_reference(meter: Meter, meters: Sequence[Meter]) -> list[Meter]:
    """The other meters that stand in the way of a meter's reference: of those that the partner created, only one may
    carry it."""
    if meter.created_by != CreatedBy.PARTNER:
        return []
    return [other for other in meters if other.pk != meter.pk and other.created_by == CreatedBy.PARTNER]


def _total_in(cells: Mapping[str, object]) -> str:
    """The field whose cell says that the row only adds up others; "" when there is none."""
    return next((key for key, cell in cells.items() if cell.__class__ is str and _TOTAL.fullmatch(str(cell))), "")


def reference_of(cells: Mapping[str, object]) -> str:
    """The row's partner reference as it will be stored; "" when there is none to speak of."""
    value = cells.get("partner_reference", "")
    if isinstance(value, Problem) or value is None:
        return ""
    return storable(" ".join(str(value).split()))


def _texts(cells: Mapping[str, object]) -> Iterable[str]:
    return (cell for cell in cells.values() if cell.__class__ is str)


def over(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """The row's cells over the meter's: an empty cell (or one that says N/A) keeps what is there, a written - clears,
    and a given list replaces the whole list."""
    new = {key: value for key, value in new.items() if value.__class__ is not str or not says_nothing(value.strip())}
    lists = {key.split(".")[0] for key in new if key.split(".")[-1].isdigit()}
    cleared = {key for key, value in new.items() if value.__class__ is str and value in CLEARS}
    merged = {key: value for key, value in old.items() if key.split(".")[0] not in lists} | dict(new)
    return {key: value for key, value in merged.items() if key not in cleared}


def changes_of(schema: Schema, old: dict[str, Any], new: dict[str, Any]) -> dict[str, list[Any]]:
    """Field key to [old, new] for every field that differs."""
    before, after = schema.flatten(old), schema.flatten(new)
    keys = [*before, *(key for key in after if key not in before)]
    return {key: [before.get(key), after.get(key)] for key in keys if before.get(key) != after.get(key)}


def device_name(maker: object, serial: object) -> str:
    """What a device is known by: its maker, in one case, and its serial number."""
    return f"{str(maker or '').casefold()}\0{serial}"


def _customer_of(asset: Mapping[str, Any] | None) -> Customer | None:
    """Who is behind an asset: the utility and the account there."""
    utility = (asset or {}).get("utility", {})
    account = utility.get("electric_service_account_number")
    return (utility.get("utility_name") or "", account) if account else None


def _device_of(asset: Mapping[str, Any] | None) -> tuple[str, str] | None:
    """The maker, in one case, and the serial number; None when the asset names no device."""
    device = (asset or {}).get("device", {})
    serial = device.get("device_serial_number")
    return (str(device.get("device_manufacturer", "")).casefold(), serial) if serial else None
