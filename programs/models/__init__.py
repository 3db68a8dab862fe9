"""The catalogue's nouns: places, programs, fields, and what a program asks of a field."""

from programs.models.account_formats import AccountFormat, Confidence, Severity
from programs.models.agreements import Agreement, AgreementText, InformationKey, RequiredInformation, in_language
from programs.models.checks import RECORDED, ActionType, Acts, CheckKind, ProgramCheck, WhileOpen
from programs.models.conflicts import Classification, Conflict
from programs.models.connections import TokenAuthMethod, UtilityConnection
from programs.models.facts import About, ProgramFact, UnknownSeason
from programs.models.fields import Choice, ChoiceList, Field, FieldType, Needed
from programs.models.interval_data import CountedFrom, IntervalColumn, IntervalDataRule, UnpublishedData
from programs.models.places import TRANSMISSION_REGIONS, Option, Region, State, Utility
from programs.models.programs import (
    Boundary,
    Deadline,
    DeliveryPeriod,
    Footnote,
    MeterType,
    PassedDeadline,
    Program,
    ProgramType,
    is_over,
)
from programs.models.protection import core_faults, register_use, uses_of
from programs.models.requirements import Level, Operator, Requirement
from programs.models.seed import SeedRecord

__all__ = [
    "RECORDED",
    "TRANSMISSION_REGIONS",
    "About",
    "AccountFormat",
    "ActionType",
    "Acts",
    "Agreement",
    "AgreementText",
    "Boundary",
    "CheckKind",
    "Choice",
    "ChoiceList",
    "Classification",
    "Confidence",
    "Conflict",
    "CountedFrom",
    "Deadline",
    "DeliveryPeriod",
    "Field",
    "FieldType",
    "Footnote",
    "InformationKey",
    "IntervalColumn",
    "IntervalDataRule",
    "Level",
    "MeterType",
    "Needed",
    "Operator",
    "Option",
    "PassedDeadline",
    "Program",
    "ProgramCheck",
    "ProgramFact",
    "ProgramType",
    "Region",
    "RequiredInformation",
    "Requirement",
    "SeedRecord",
    "Severity",
    "State",
    "TokenAuthMethod",
    "UnknownSeason",
    "UnpublishedData",
    "Utility",
    "UtilityConnection",
    "WhileOpen",
    "core_faults",
    "in_language",
    "is_over",
    "register_use",
    "uses_of",
]
