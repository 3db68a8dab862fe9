"""The file that every contestant loads: plausible batteries in California, made from a seed."""

import csv as csv_module
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl

from tests.builders import FIELDS, row

COLUMNS = len(FIELDS)
SEED = 20261124
_PLACES = [("San Francisco", "94103"), ("Oakland", "94607"), ("San Jose", "95112"), ("Fresno", "93701")]
_MODELS = [("Tesla", "Powerwall 3", 13.5, 5), ("Enphase", "IQ 10C", 10, 5), ("LG", "RESU Prime", 16, 8)]


def lines(count: int) -> Iterator[dict[str, Any]]:
    """So many rows, the same for the same count."""
    chance = random.Random(SEED)
    for n in range(1, count + 1):
        city, postal_code = chance.choice(_PLACES)
        maker, model, energy, power = chance.choice(_MODELS)
        yield row(
            n,
            customer__city=city,
            customer__postal_code=postal_code,
            customer__street_1=f"{chance.randrange(1, 9999)} {chance.choice(['Oak', 'Main', 'Harbor'])} Street",
            device__device_manufacturer=maker,
            device__device_model=model,
            device__battery_energy_capacity_kwh=energy,
            device__battery_power_capacity_kw=power,
        )


def xlsx(folder: Path, count: int) -> Path:
    """The rows as a workbook with a header of keys."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Meters")
    sheet.append(list(FIELDS))
    for line in lines(count):
        sheet.append(list(line.values()))
    path = folder / f"meters-{count}.xlsx"
    book.save(path)
    return path


def csv(folder: Path, count: int) -> Path:
    """The same as csv."""
    path = folder / f"meters-{count}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv_module.writer(file)
        writer.writerow(FIELDS)
        writer.writerows(line.values() for line in lines(count))
    return path
