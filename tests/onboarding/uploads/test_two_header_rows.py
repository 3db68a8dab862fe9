"""Names of groups over the names of columns: the name of the utility is not the name of the customer."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from onboarding.uploads.models import UploadState
from portal.partners.models import Partner, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
MERGED = Path(__file__).parents[2] / "cases" / "13_merged.xlsx"


def test_column_is_known_by_its_group_and_its_name(acme: Partner, send: Any, user: User, client_of: Any) -> None:
    upload = send(acme, MERGED.read_bytes(), "merged.xlsx")
    targets = {column["header"]: column["key"] for column in upload.columns}

    assert upload.state == UploadState.COLUMNS
    assert targets["Utility › Name"] == "utility.utility_name"
    assert targets["Site › Owner"] in {"customer.end_customer_name", ""}
    assert targets["Utility › Account"] == "utility.electric_service_account_number"
    assert targets["Address › Street"] == "customer.street_1"
    assert targets["Battery › kW"] == "device.battery_power_capacity_kw"
    assert targets["Battery › Serial"] == "device.device_serial_number"
    client: Client = client_of(user)
    assert "Utility › Name" in client.get(f"/uploads/{upload.pk}/columns/").content.decode()
