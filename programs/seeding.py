"""Bringing the seed file into the database, without overwriting what an admin changed or deleted.

For every row that the seed wrote, a SeedRecord keeps the values it had then. A row that still has them follows the
seed file, also when the file has it no longer; a row that has others was changed by an admin and stays; a row that is
gone was deleted and stays gone.
"""

import calendar
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml
from django.db import models, transaction

from portal.web.clock import midnight
from programs.models import (
    TRANSMISSION_REGIONS,
    AccountFormat,
    Agreement,
    CheckKind,
    Choice,
    ChoiceList,
    Conflict,
    Deadline,
    DeliveryPeriod,
    Field,
    Footnote,
    IntervalColumn,
    IntervalDataRule,
    Level,
    Program,
    ProgramCheck,
    ProgramFact,
    Region,
    RequiredInformation,
    Requirement,
    SeedRecord,
    State,
    UnknownSeason,
    Utility,
)
from programs.models.base import in_one_moment

SEED = Path(__file__).parent / "seed" / "catalogue.yaml"
Entry = Mapping[str, Any]  # a part of the seed file
Values = dict[str, Any]
Records = Mapping[tuple[str, str], SeedRecord]  # by kind and key
# What a later seed takes back, in this order.
_WITHDRAWN: Final = (
    "fact",
    "unknown_season",
    "interval_data_rule",
    "conflict",
    "program_check",
    "requirement",
    "period",
    "deadline",
)


@dataclass(frozen=True, slots=True)
class SeedRow:
    """One row of the seed: its kind, natural key, and values (JSON; related rows by their natural keys)."""

    kind: str
    key: str
    values: Values


@dataclass(frozen=True, slots=True)
class SeedKind:
    """How rows of one table are found, and which of their columns point to other rows by natural key."""

    model: type[models.Model]
    find: Callable[[str], models.Model | None]
    related: Mapping[str, Callable[[str], models.Model | None]]
    many: Mapping[str, Callable[[str], models.Model | None]]


def seed_catalogue(path: Path = SEED) -> dict[str, int]:
    """Bring the seed file into the database; returns how many rows were created, updated, left and withdrawn.

    One transaction.
    """
    done = {"created": 0, "updated": 0, "left": 0, "withdrawn": 0}
    with transaction.atomic(), in_one_moment():
        records = {(record.kind, record.key): record for record in SeedRecord.objects.all()}
        rows = list(rows_of(yaml.safe_load(path.read_text(encoding="utf-8"))))
        done["withdrawn"] = _withdraw(records, {(row.kind, row.key) for row in rows})
        for row in rows:
            done[_seed(row, records.get((row.kind, row.key)))] += 1
    return done


def _withdraw(records: Records, kept: Collection[tuple[str, str]]) -> int:
    """Delete what an earlier seed wrote and this one has no longer, unless an admin changed it or something needs it.

    A delivery period goes with its deadlines or not at all.
    """
    gone = {place: record for place, record in records.items() if place not in kept and place[0] in _WITHDRAWN}
    count = 0
    for kind in _WITHDRAWN:
        for key, record in [(key, record) for (name, key), record in gone.items() if name == kind]:
            if kind == "deadline" and ("period", key.rpartition("/")[0]) in gone:
                continue
            stored = _untouched(record)
            if stored is None or (isinstance(stored, DeliveryPeriod) and not _goes_whole(stored, gone)):
                continue
            if _delete(stored):
                SeedRecord.objects.filter(kind=kind, key=key).delete()
                if kind == "period":
                    SeedRecord.objects.filter(kind="deadline", key__startswith=f"{key}/").delete()
                count += 1
    return count


def _delete(row: models.Model) -> bool:
    """Delete a row; False when something that partners or Leap recorded needs it."""
    try:
        with transaction.atomic():
            row.delete()
    except models.ProtectedError:
        return False
    return True


def _goes_whole(period: DeliveryPeriod, gone: Records) -> bool:
    """Whether all that belongs to a delivery period is the earlier seed's too."""
    for line in period.deadlines.all():
        at = line.deadline_at.astimezone(ZoneInfo("UTC")).isoformat()
        record = gone.get(("deadline", f"{natural_key(period)}/{at}"))
        if record is None or _untouched(record) is None:
            return False
    return not period.facts.exists()


def _untouched(record: SeedRecord) -> models.Model | None:
    """The row of a record, if it still has the values that the seed wrote."""
    kind = KINDS[record.kind]
    stored = kind.find(record.key)
    return stored if stored is not None and _values_of(kind, stored, record.values) == record.values else None


def _seed(row: SeedRow, record: SeedRecord | None) -> str:
    kind = KINDS[row.kind]
    if record is None:
        if kind.find(row.key) is not None:
            return "left"
        if not _save(kind, kind.model(), row.values):
            return "left"
        SeedRecord.objects.create(kind=row.kind, key=row.key, values=row.values)
        return "created"
    if record.values == row.values:
        return "left"
    stored = _untouched(record)
    if stored is None:
        return "left"
    _save(kind, stored, row.values)
    record.values = row.values
    record.save(update_fields=["values"])
    return "updated"


def _save(kind: SeedKind, instance: models.Model, values: Values) -> bool:
    """Write the values; False when a row that they point to is gone (an admin deleted it)."""
    many: dict[str, list[models.Model]] = {}
    for name, value in values.items():
        if name in kind.many:
            many[name] = [other for other in (kind.many[name](key) for key in value) if other is not None]
        elif name in kind.related:
            other = kind.related[name](value) if value else None
            if value and other is None:
                return False
            setattr(instance, name, other)
        else:
            setattr(instance, name, _typed(instance, name, value))
    instance.save()
    for name, others in many.items():
        getattr(instance, name).set(others)
    return True


def _typed(instance: models.Model, name: str, value: Any) -> object:
    field = instance._meta.get_field(name)
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if value and isinstance(field, models.DateField) else value


def _values_of(kind: SeedKind, instance: models.Model, like: Values) -> Values:
    """The instance's values in the seed's form, for the columns that `like` has."""
    values: Values = {}
    for name in like:
        value = getattr(instance, name)
        if name in kind.many:
            value = [natural_key(other) for other in value.all()]
            value = like[name] if sorted(value) == sorted(like[name]) else value
        elif name in kind.related:
            value = natural_key(value) if value else ""
        elif isinstance(value, datetime):
            value = like[name] if value == datetime.fromisoformat(like[name]) else value.isoformat()
        elif isinstance(value, date):
            value = value.isoformat()
        values[name] = value
    return values


def natural_key(instance: models.Model) -> str:
    """What names a row in the seed file."""
    if isinstance(instance, DeliveryPeriod):
        return f"{instance.program.identifier}/{instance.name}"
    for name in ("path", "identifier", "action_type", "code", "key", "name"):
        if hasattr(instance, name):
            return str(getattr(instance, name))
    raise TypeError(instance)


def _first(model: type[models.Model], **lookup: object) -> models.Model | None:
    return model._default_manager.filter(**lookup).first()


def _region(key: str) -> models.Model | None:
    return _first(Region, code=key)


def _state(key: str) -> models.Model | None:
    return _first(State, code=key)


def _account_format(key: str) -> models.Model | None:
    utility, _, name = key.partition("/")
    return _first(AccountFormat, utility__code=utility, name=name)


def _utility(key: str) -> models.Model | None:
    return _first(Utility, code=key)


def _choice_list(key: str) -> models.Model | None:
    return _first(ChoiceList, name=key)


def _footnote(key: str) -> models.Model | None:
    return _first(Footnote, key=key)


def _field(key: str) -> models.Model | None:
    return _first(Field, path=key)


def _program(key: str) -> models.Model | None:
    return _first(Program, identifier=key)


def _choice(key: str) -> models.Model | None:
    name, _, value = key.partition("/")
    return _first(Choice, choice_list__name=name, value=value)


def _period(key: str) -> models.Model | None:
    program, _, name = key.partition("/")
    return _first(DeliveryPeriod, program__identifier=program, name=name)


def _deadline(key: str) -> models.Model | None:
    period, _, moment = key.rpartition("/")
    program, _, name = period.partition("/")
    at = datetime.fromisoformat(moment)
    return _first(Deadline, period__program__identifier=program, period__name=name, deadline_at=at)


def _requirement(key: str) -> models.Model | None:
    program, path, level, condition, operator, value = key.split("|")
    return _first(
        Requirement,
        program__identifier=program,
        field__path=path,
        **({"level": level} if level == Level.HIDDEN else {}),
        condition_field__path=condition or None,
        condition_operator=operator,
        condition_value=value,
    )


def _fact(key: str) -> models.Model | None:
    program, about, period, text = key.split("|", 3)
    facts = ProgramFact.objects.filter(program__identifier=program, about=about, period__name=period or None)
    return facts.filter(text__startswith=text).first() if text else facts.filter(text="").first()


def _unknown_season(key: str) -> models.Model | None:
    program, starts_on, classification = key.split("|")
    return _first(UnknownSeason, program__identifier=program, starts_on=starts_on, classification=classification)


def _interval_data_rule(key: str) -> models.Model | None:
    return _first(IntervalDataRule, program__identifier=key)


def _interval_column(key: str) -> models.Model | None:
    return _first(IntervalColumn, data_type=key)


def _check_kind(key: str) -> models.Model | None:
    return _first(CheckKind, action_type=key)


def _program_check(key: str) -> models.Model | None:
    program, _, kind = key.partition("/")
    return _first(ProgramCheck, program__identifier=program, kind__action_type=kind)


def _conflict(key: str) -> models.Model | None:
    program, other, utility, classification, path = key.split("|")
    return _first(
        Conflict,
        program__identifier=program,
        other__identifier=other,
        utility__code=utility or None,
        classification=classification,
        path=path,
    )


def _agreement(key: str) -> models.Model | None:
    code, _, version = key.partition("/")
    return _first(Agreement, code=code, version=version)


def _required_information(key: str) -> models.Model | None:
    region, classification, name, *devices = key.split("/")
    return _first(
        RequiredInformation,
        transmission_region=region,
        classification=classification,
        key=name,
        for_devices=bool(devices),
    )


KINDS: dict[str, SeedKind] = {
    "region": SeedKind(Region, _region, {}, {}),
    "state": SeedKind(State, _state, {}, {}),
    "utility": SeedKind(Utility, _utility, {}, {}),
    "account_format": SeedKind(AccountFormat, _account_format, {"utility": _utility}, {}),
    "choice_list": SeedKind(ChoiceList, _choice_list, {}, {}),
    "choice": SeedKind(Choice, _choice, {"choice_list": _choice_list}, {}),
    "footnote": SeedKind(Footnote, _footnote, {}, {}),
    "field": SeedKind(Field, _field, {"choice_list": _choice_list}, {}),
    "program": SeedKind(Program, _program, {"region": _region}, {"utilities": _utility, "footnotes": _footnote}),
    "requirement": SeedKind(
        Requirement, _requirement, {"program": _program, "field": _field, "condition_field": _field}, {}
    ),
    "period": SeedKind(DeliveryPeriod, _period, {"program": _program}, {}),
    "deadline": SeedKind(Deadline, _deadline, {"period": _period}, {}),
    "check_kind": SeedKind(CheckKind, _check_kind, {}, {}),
    "program_check": SeedKind(ProgramCheck, _program_check, {"program": _program, "kind": _check_kind}, {}),
    "agreement": SeedKind(Agreement, _agreement, {}, {}),
    "required_information": SeedKind(RequiredInformation, _required_information, {}, {}),
    "conflict": SeedKind(
        Conflict, _conflict, {"program": _program, "other": _program, "utility": _utility, "said_by": _field}, {}
    ),
    "fact": SeedKind(ProgramFact, _fact, {"program": _program, "period": _period}, {}),
    "unknown_season": SeedKind(UnknownSeason, _unknown_season, {"program": _program}, {}),
    "interval_data_rule": SeedKind(IntervalDataRule, _interval_data_rule, {"program": _program}, {}),
    "interval_column": SeedKind(IntervalColumn, _interval_column, {}, {}),
}


def rows_of(seed: Entry) -> Iterator[SeedRow]:
    """The seed file as rows, those that others point to first."""
    for position, region in enumerate(seed["regions"]):
        yield SeedRow("region", region["code"], {**region, **_source(seed, region), "position": position})
    yield from _state_rows(seed)
    yield from _utility_rows(seed)
    yield from _account_format_rows(seed)
    yield from _choice_rows(seed)
    yield from _field_rows(seed)
    for position, (key, entry) in enumerate(seed["footnotes"].items()):
        values = {"key": key, "text": entry["text"], "position": position, **_source(seed, entry)}
        yield SeedRow("footnote", key, values)
    yield from _program_rows(seed)
    yield from _unoffered_rows(seed)
    yield from _requirement_rows(seed)
    for group in seed["delivery_periods"]:
        yield from _period_rows(seed, group)
    for action_type, entry in seed["check_kinds"].items():
        yield SeedRow("check_kind", action_type, {"action_type": action_type, **entry, **_source(seed, entry)})
    for entry in seed["program_checks"]:
        facts = {name: entry[name] for name in ("description", "while_open") if name in entry} | _source(seed, entry)
        for program in entry["programs"]:
            values = {"program": program, "kind": entry["kind"], **facts}
            yield SeedRow("program_check", f"{program}/{entry['kind']}", values)
    for entry in seed["conflicts"]:
        yield from _conflict_rows(seed, entry)
    yield from _fact_rows(seed)
    for entry in seed["unknown_seasons"]:
        yield _unknown_season_row(seed, entry)
    yield from _interval_data_rows(seed)
    yield from _agreement_rows(seed)
    yield from _information_rows(seed)


def _source(seed: Entry, entry: Entry) -> Values:
    """Where a fact comes from: a source by its key, or as its own text."""
    source = seed["sources"].get(entry["source"], {"name": entry["source"]})
    return {
        "source": source["name"],
        "source_url": source.get("url", ""),
        "remark": entry.get("remark", ""),
        "verified": entry.get("verified", False),
    }


def _fact_rows(seed: Entry) -> Iterator[SeedRow]:
    for entry in seed["facts"]:
        about, period, text = entry["about"], entry.get("period", ""), entry.get("text", "")
        for program in entry["programs"]:
            values = {"program": program, "about": about, "text": text, **_source(seed, entry)}
            values["period"] = f"{program}/{period}" if period else ""
            yield SeedRow("fact", f"{program}|{about}|{period}|{text[:60]}", values)


def _unknown_season_row(seed: Entry, entry: Entry) -> SeedRow:
    first, last = (day.isoformat() for day in entry["days"])
    classification = entry.get("classification", "")
    values = {
        "program": entry["program"],
        "starts_on": first,
        "ends_on": last,
        "classification": classification,
        "note": entry["note"],
        **_source(seed, entry),
    }
    return SeedRow("unknown_season", f"{entry['program']}|{first}|{classification}", values)


def _interval_data_rows(seed: Entry) -> Iterator[SeedRow]:
    for entry in seed["interval_data_rules"]:
        needs = {f"needs_{kind}": kind in entry["needs"] for kind in ("load", "runtime", "performance")}
        deadline = {"days_to_submit": entry["days_to_submit"], "counted_from": entry["counted_from"]}
        for program in entry["programs"]:
            values = {"program": program, **needs, **deadline, **_source(seed, entry)}
            yield SeedRow("interval_data_rule", program, values)
    for data_type, entry in seed["interval_columns"].items():
        facts = {name: entry[name] for name in ("name", "meaning", "least", "most") if name in entry}
        yield SeedRow("interval_column", data_type, {"data_type": data_type, **facts, **_source(seed, entry)})


def _agreement_rows(seed: Entry) -> Iterator[SeedRow]:
    """One agreement for each region that a text names; the region's name goes into the text."""
    regions = dict(TRANSMISSION_REGIONS)
    regions_es = regions | seed["regions_in_spanish"]
    for position, entry in enumerate(seed["agreements"]):
        for region, classification in entry["regions"].items():
            code = f"{entry['code']}_{region}"
            values = {
                "code": code,
                "version": entry["version"],
                "title": entry["title"],
                "body": entry["body"].replace("{region}", regions[region]).strip(),
                "title_es": entry["title_es"],
                "body_es": entry["body_es"].replace("{region}", regions_es[region]).strip(),
                "verified_es": False,
                "transmission_region": region,
                "classification": classification,
                "position": position,
                "source": entry["source"],
                "verified": False,
                **({"for_devices": True} if entry.get("for_devices") else {}),
            }
            yield SeedRow("agreement", f"{code}/{entry['version']}", values)


def _information_rows(seed: Entry) -> Iterator[SeedRow]:
    for of, suffix, more in (("", "", {}), ("_of_devices", "/devices", {"for_devices": True})):
        for region, by_classification in seed[f"required_information{of}"].items():
            for classification, keys in by_classification.items():
                yield from _asked_rows(seed, region, classification, keys, suffix, more)


def _asked_rows(
    seed: Entry, region: str, classification: str, keys: Iterable[str], suffix: str, more: Values
) -> Iterator[SeedRow]:
    for key in keys:
        position = list(seed["information"]).index(key)
        values = {"transmission_region": region, "classification": classification, "key": key, **more}
        facts = {"position": position, "source": seed["information_source"], "verified": False}
        yield SeedRow(
            "required_information",
            f"{region}/{classification}/{key}{suffix}",
            {**values, **seed["information"][key], **facts},
        )


def _state_rows(seed: Entry) -> Iterator[SeedRow]:
    names = {code: texts[0] for code, texts in seed["choice_lists"]["state"].items()}
    for code, name in names.items():
        regions = [region for region, states in seed["region_states"].items() if code in states]
        values = {
            "code": code,
            "name": name,
            "transmission_regions": regions,
            "border_zips": seed["border_zips"].get(code, []),
            "source": seed["region_states_source"],
        }
        yield SeedRow("state", code, values)


def _utility_rows(seed: Entry) -> Iterator[SeedRow]:
    source = "contract: list of utility names; the region and the states are inferred"
    named = [(region, *item) for region, utilities in seed["utilities"].items() for item in utilities.items()]
    for position, (region, code, name) in enumerate(named):
        values = {"code": code, "name": name, "transmission_region": region, "is_test": False, "source": source}
        listed = {"synonyms": seed["utility_synonyms"].get(code, []), "is_offered": True, "position": position}
        yield SeedRow("utility", code, values | listed | seed["utility_facts"].get(code, {}))
    for position, (code, name) in enumerate(seed["test_utilities"].items(), len(named)):
        values = {"code": code, "name": name, "is_test": True, "source": source}
        yield SeedRow("utility", code, values | {"synonyms": [], "is_offered": False, "position": position})


def _account_format_rows(seed: Entry) -> Iterator[SeedRow]:
    for utility, formats in seed["account_formats"].items():
        for entry in formats:
            confidence = entry["confidence"]
            values = {"utility": utility, **entry, "verified": confidence == "high"}
            yield SeedRow("account_format", f"{utility}/{entry['name']}", values)


def _choice_rows(seed: Entry) -> Iterator[SeedRow]:
    for name, choices in seed["choice_lists"].items():
        yield SeedRow("choice_list", name, {"name": name})
        for position, (value, texts) in enumerate(choices.items()):
            label, *synonyms = texts
            values = {"choice_list": name, "value": value, "label": label, "synonyms": synonyms}
            if label_es := seed["choices_in_spanish"].get(name, {}).get(value):
                values["label_es"] = label_es
            yield SeedRow("choice", f"{name}/{value}", {**values, "is_offered": True, "position": position})
    yield SeedRow("choice_list", "utility_name", {"name": "utility_name", "is_of_utilities": True})


def _field_rows(seed: Entry) -> Iterator[SeedRow]:
    position = 0
    for section, fields in seed["sections"].items():
        for path, entry in fields.items():
            position += 1
            pattern = entry.get("pattern", "")
            values = {
                "path": path,
                "section": section,
                "label": entry["label"],
                "type": entry.get("type", "text"),
                "unit": entry.get("unit", ""),
                "minimum": entry.get("minimum"),
                "maximum": entry.get("maximum"),
                "usual_minimum": entry.get("usually", [None, None])[0],
                "usual_maximum": entry.get("usually", [None, None])[1],
                "min_length": entry.get("min"),
                "max_length": entry.get("max"),
                "pattern": seed["patterns"][pattern] if pattern else "",
                "choice_list": entry.get("list", ""),
                "needed": entry.get("needed", "no"),
                "default": entry.get("default", ""),
                "help": entry.get("help", ""),
                "example": entry.get("example", ""),
                "aliases": entry.get("aliases", []),
                "personal": entry.get("personal", False),
                "deprecated": entry.get("deprecated", False),
                "published_name": entry.get("published", ""),
                "position": position,
                "source": "contract: CreateMeter",
                "verified": True,
                **seed["fields_in_spanish"].get(path, {}),
            }
            yield SeedRow("field", path, values)


def _program_rows(seed: Entry) -> Iterator[SeedRow]:
    regions = {region["code"]: region["transmission_region"] for region in seed["regions"]}
    for position, (identifier, entry) in enumerate(seed["programs"].items()):
        by_customer = entry["ways"] in {"customer", "both"}
        values = {
            "identifier": identifier,
            "name": entry["name"],
            "family": entry["family"],
            "summary": entry["summary"],
            "region": entry["region"],
            "transmission_region": regions[entry["region"]],
            "states": entry.get("states", []),
            "utilities": entry.get("utilities", []),
            "program_type": entry["type"],
            "accepted_meter_types": entry["meters"],
            "interval_data_source": entry["data"],
            "is_partner_created": entry["ways"] in {"partner", "both"},
            "is_customer_authorized": by_customer,
            "needs_utility_authorization": entry["ways"] == "customer",
            "footnotes": entry.get("footnotes", []),
            "time_zone": seed["time_zones"][entry["region"]],
            "position": position,
            **_source(seed, entry),
        }
        own = ("active_to", "weekend_rolls_over", "leaves_at", "periods_ahead")
        values |= {name: entry[name] for name in own if name in entry}
        yield SeedRow("program", identifier, values)


def _unoffered_rows(seed: Entry) -> Iterator[SeedRow]:
    """Identifiers of which nothing else is known."""
    regions = {region["code"]: region["transmission_region"] for region in seed["regions"]}
    for position, (identifier, entry) in enumerate(seed["unoffered_programs"].items(), len(seed["programs"])):
        region = entry.get("region", "")
        values = {
            "identifier": identifier,
            "name": identifier,
            "family": identifier,
            "is_offered": False,
            "region": region,
            "transmission_region": entry.get("transmission_region") or regions.get(region, ""),
            "states": entry.get("states", []),
            "position": position,
            **_source(seed, {"source": "enrollment-api", "remark": "only the identifier is published"}),
        }
        yield SeedRow("program", identifier, values)


def _requirement_rows(seed: Entry) -> Iterator[SeedRow]:
    for entry in seed["requirements"]:
        condition, operator, value = entry.get("if", ["", "", ""])
        for program in entry["programs"]:
            values = {
                "program": program,
                "field": entry["field"],
                "level": entry["level"],
                "condition_field": condition,
                "condition_operator": operator,
                "condition_value": value,
                "note": entry.get("note", ""),
                **_source(seed, entry),
            }
            values |= {name: entry[name] for name in ("earliest", "action_type") if name in entry}
            yield SeedRow("requirement", f"{program}|{entry['field']}|asked|{condition}|{operator}|{value}", values)
    for entry in seed["hide"]:
        hidden = [path for section in entry["sections"] for path in seed["sections"][section]] + entry["fields"]
        for program in entry["programs"]:
            for path in hidden:
                values = {
                    "program": program,
                    "field": path,
                    "level": "hidden",
                    **_source(seed, {"source": "none", "remark": "inferred: belongs to another market"}),
                }
                yield SeedRow("requirement", f"{program}|{path}|hidden|||", values)


def _conflict_rows(seed: Entry, entry: Entry) -> Iterator[SeedRow]:
    """One row for each pair of programs and each utility."""
    facts = {name: entry[name] for name in ("is_allowed", "note", "path", "said_by") if name in entry}
    classification, path = entry.get("classification", ""), entry.get("path", "")
    for program in entry["programs"]:
        for other in entry["others"]:
            for utility in entry.get("utilities", [""]):
                values = {"program": program, "other": other, "utility": utility, "classification": classification}
                key = f"{program}|{other}|{utility}|{classification}|{path}"
                yield SeedRow("conflict", key, {**values, **facts, **_source(seed, entry)})


def _period_rows(seed: Entry, group: Entry) -> Iterator[SeedRow]:
    for program, prefix in group["programs"].items():
        zone = ZoneInfo(seed["time_zones"][seed["programs"][program]["region"]])
        periods = group["periods"] if "periods" in group else _monthly(group["monthly"])
        deadlines_say = {
            "source": group.get("deadlines_source", group["source"]),
            "remark": group.get("deadlines_remark", ""),
            "verified": group.get("verified", False),
        }
        for name, (first, last, deadlines) in periods.items():
            key = f"{program}/{prefix}_{name}"
            values = {"program": program, "name": f"{prefix}_{name}", "starts_at": midnight_text(first, zone)}
            values |= {"ends_at": midnight_text(last, zone), **_source(seed, group)}
            yield SeedRow("period", key, values)
            for deadline, activation in deadlines:
                at = midnight_text(deadline, zone)
                values = {"period": key, "deadline_at": at, "activation_at": midnight_text(activation, zone)}
                yield SeedRow("deadline", f"{key}/{at}", values | _source(seed, deadlines_say))


def _monthly(entry: Entry) -> dict[str, tuple[date, date, list[list[date]]]]:
    """Months in a row: a deadline's day counts from the first of the month (-2 is two days before it)."""
    year, month = (int(part) for part in str(entry["from"]).split("-"))
    periods = {}
    for _ in range(entry["months"]):
        first = date(year, month, 1)
        last = date(year, month, calendar.monthrange(year, month)[1])
        deadlines = [[_day_from(first, by), _day_from(first, active)] for by, active in entry["deadlines"]]
        periods[f"{year}_{first.strftime('%b').upper()}"] = (first, last, deadlines)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return periods


def _day_from(first: date, number: int) -> date:
    return first + timedelta(days=number if number < 0 else number - 1)


def midnight_text(day: date, zone: ZoneInfo) -> str:
    """The midnight with which a day begins in a zone, as ISO text in UTC."""
    return midnight(day, zone).astimezone(ZoneInfo("UTC")).isoformat()
