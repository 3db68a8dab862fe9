"""The seed file as rows of tables, with natural keys in the place of primary ones."""

import calendar
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.web.clock import midnight
from programs.models import TRANSMISSION_REGIONS

Entry = Mapping[str, Any]  # a part of the seed file
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SeedRow:
    """One row of the seed: its kind, natural key, and values (JSON; related rows by their natural keys)."""

    kind: str
    key: str
    values: Values


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
