"""Rows and files for tests: plausible batteries in California, as a partner would send them."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import openpyxl

FIELDS: dict[str, Any] = {
    "partner_reference": "home-{n:06d}",
    "transmission_region": "CAISO",
    "customer_classification": "RESIDENTIAL",
    "meter_type": "DEVICE",
    "load_types.0": "BATTERY_STORAGE",
    "customer.street_1": "{n} Main Street",
    "customer.street_2": "Unit {n}",
    "customer.postal_code": "94103",
    "customer.city": "San Francisco",
    "customer.state_or_province_code": "CA",
    "customer.country_code": "US",
    "customer.end_customer_name": "Alex Rivera {n}",
    "customer.end_customer_email": "alex{n}@example.com",
    "customer.end_customer_phone_number": "415 555 0134",
    "customer.partner_customer_reference": "customer-{n:06d}",
    "customer.partner_offering_name": "Battery Rewards",
    "customer.partner_offering_date": "2026-04-15",
    "customer.billing.street_1": "1 Harbor Way",
    "customer.billing.postal_code": "94111",
    "customer.billing.city": "San Francisco",
    "customer.billing.state_or_province_code": "CA",
    "customer.billing.country_code": "US",
    "device.device_type": "BATTERY",
    "device.device_serial_number": "SN-{n:08d}",
    "device.device_manufacturer": "Volta",
    "device.device_model": "Home 10",
    "device.install_date": "2023-01-30",
    "device.permission_to_operate_date": "2023-02-14",
    "device.battery_power_capacity_kw": 5,
    "device.battery_energy_capacity_kwh": 13.5,
    "device.battery_duration_hours": 2,
    "device.battery_max_state_of_charge_percentage": 95,
    "device.battery_min_state_of_charge_percentage": 10,
    "device.installer": "Bright Roofs LLC",
    "device.is_connected_to_solar": "yes",
    "site.number_of_devices": 1,
    "utility.utility_name": "PGE",
    "utility.electric_service_account_number": "11{n:08d}",
    "utility.tariff": "E-TOU-C",
    "caiso.nem_type": "NEM2",
}
NEEDED = (
    "partner_reference",
    "transmission_region",
    "customer_classification",
    "meter_type",
    "load_types.0",
    "customer.street_1",
    "customer.postal_code",
    "customer.city",
    "customer.state_or_province_code",
)


def row(n: int, **changes: Any) -> dict[str, Any]:
    """One good row of 40 cells by key; `changes` uses __ for the dots, and None removes a cell."""
    cells = {key: value.format(n=n) if isinstance(value, str) else value for key, value in FIELDS.items()}
    return cells | {key.replace("__", "."): value for key, value in changes.items()}


def rows(count: int, start: int = 1) -> list[dict[str, Any]]:
    return [row(n) for n in range(start, start + count)]


def table(lines: Sequence[Mapping[str, Any]], header: Sequence[str] | None = None) -> Iterable[list[Any]]:
    """A header of keys, and the rows below it."""
    keys = list(header or dict.fromkeys(key for line in lines for key in line))
    yield keys
    for line in lines:
        yield [line.get(key) for key in keys]


def book(**sheets: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of several sheets, as lists of rows."""
    made = openpyxl.Workbook(write_only=True)
    for title, lines in sheets.items():
        sheet = made.create_sheet(title)
        for line in lines:
            sheet.append(line)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def xlsx(lines: Sequence[Mapping[str, Any]], header: Sequence[str] | None = None) -> bytes:
    """The rows as a workbook with one sheet and a header of keys."""
    return book(Meters=table(lines, header))


def text_xlsx(lines: Sequence[Mapping[str, Any]]) -> bytes:
    """The rows as a workbook in which every text is a text, also what looks like a formula."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for line in table(lines):
        sheet.append(line)
    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def csv_bytes(
    lines: Sequence[Mapping[str, Any]], header: Sequence[str] | None = None, encoding: str = "utf-8"
) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(table(lines, header))
    return text.getvalue().encode(encoding)


def asset(n: int) -> dict[str, Any]:
    """The published contract's shape, with the needed fields only."""
    return {
        "partner_reference": f"home-{n:06d}",
        "transmission_region": "CAISO",
        "customer_classification": "RESIDENTIAL",
        "meter_type": "DEVICE",
        "load_types": ["BATTERY_STORAGE"],
        "customer": {
            "street_1": f"{n} Main Street",
            "postal_code": "94103",
            "city": "San Francisco",
            "state_or_province_code": "CA",
            "country_code": "US",
        },
    }


def json_bytes(assets: Sequence[Any]) -> bytes:
    return json.dumps({"assets": assets}).encode()
