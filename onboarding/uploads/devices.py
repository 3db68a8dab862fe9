"""Rows that hold several devices ("Battery 1 Serial", "Battery 2 Serial"): a meter of each."""

import re
from collections.abc import Mapping
from dataclasses import replace

from onboarding.spreadsheets.headers import normalized
from onboarding.uploads.layout import NOT_USED, PERSON, ColumnLayout, covers

_NUMBERED = re.compile(r"(?P<before>.*\D|)(?P<number>[1-9])(?P<after>\D.*|)")
_PLACE_OF_LIST = re.compile(r"(?:[a-z_]+\.)+\d\.[a-z0-9_.]+")  # site.site_devices.1.model: of one meter
_REFERENCE = "partner_reference"


def columns_of_devices(headers: Mapping[int, str]) -> dict[str, dict[str, int]]:
    """The devices that each row has, by name ("Battery 1"), each with its columns: what is told of it, to the index.

    headers: index to header. Empty when a row has but one device. Several are told by at least two headers each that
    differ in the number alone.
    """
    devices: dict[str, dict[str, dict[str, int]]] = {}
    for index, header in headers.items():
        match = None if _PLACE_OF_LIST.fullmatch(header) else _NUMBERED.fullmatch(" ".join(header.split()))
        if match and normalized(match["before"]) and normalized(match["after"]):
            before = match["before"].strip(" _-#")
            devices.setdefault(before, {}).setdefault(match["number"], {})[normalized(match["after"])] = index
    for before, numbers in devices.items():
        shared = set.intersection(*map(set, numbers.values()))
        if len(numbers) > 1 and len(shared) > 1:
            return {f"{before} {number}": columns for number, columns in sorted(numbers.items())}
    return {}


def device_layout(layout: ColumnLayout, headers: Mapping[int, str], device: str) -> ColumnLayout:
    """How the same sheet is read for another device of each row: its columns in the place of those that were matched.

    Its meters need references of their own: the row's, with the number of the device behind it, unless the device's own
    columns have them. KeyError for a device that the rows do not have.
    """
    devices = columns_of_devices(headers)
    own, targets = devices[device], layout.columns or {}
    of_all = {index for columns in devices.values() for index in columns.values()}
    taken = {**targets, **dict.fromkeys(of_all, NOT_USED)}
    for columns in devices.values():
        for told, index in columns.items():
            if told in own and (target := targets.get(index)):
                taken[own[told]] = target
    has_reference = any(_REFERENCE in covers(taken[index]) for index in own.values())
    suffix = "" if has_reference else f"-{device.rpartition(' ')[2]}"
    return replace(layout, columns=taken, device=device, suffix=suffix, decided_by=PERSON, asks=False)
