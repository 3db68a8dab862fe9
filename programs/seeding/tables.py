"""Each kind of row in the seed file: its table, and how a row is found by its natural key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from programs.models import (
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
    State,
    UnknownSeason,
    Utility,
)


@dataclass(frozen=True, slots=True)
class SeedKind:
    """How rows of one table are found, and which of their columns point to other rows by natural key."""

    model: type[models.Model]
    find: Callable[[str], models.Model | None]
    related: Mapping[str, Callable[[str], models.Model | None]]
    many: Mapping[str, Callable[[str], models.Model | None]]


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
