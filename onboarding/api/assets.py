"""The asset as create-meters takes it and as the answers on meters give it: its fields are the catalogue's.

The serializers here only describe. Bodies are checked by the catalogue's validator, and answers are made from the
meter: so a field that is added in the catalogue is accepted, answered and described at once.
"""

from collections.abc import Collection
from typing import Any, ClassVar, Final

from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from rest_framework import serializers

from onboarding.meters.models import CreatedBy
from programs.models import Program
from programs.schema import asset_json_schema

REGIONS = ["CAISO", "ERCOT", "NYISO", "ISONE", "PJM", "SERC", "WECC_SW", "WECC_PC"]  # published transmission_region
_IDENTIFIERS = (
    "partner_reference",
    "transmission_region",
    "customer_classification",
    "load_types",
    "meter_type",
    "customer_group",
)


EXAMPLE_ASSET: Final = {
    "partner_reference": "site-000001",
    "transmission_region": "CAISO",
    "customer_classification": "RESIDENTIAL",
    "load_types": ["BATTERY_STORAGE"],
    "meter_type": "DEVICE",
    "customer": {
        "street_1": "1 Main Street",
        "postal_code": "94103",
        "city": "San Francisco",
        "state_or_province_code": "CA",
        "country_code": "US",
        "end_customer_name": "Alex Rivera",
    },
    "device": {
        "device_type": "BATTERY",
        "device_serial_number": "SN-00000001",
        "device_manufacturer": "Volta",
        "device_model": "Home 10",
        "install_date": "2023-01-30",
        "battery_power_capacity_kw": 5,
        "battery_energy_capacity_kwh": 13.5,
    },
    "site": {"number_of_devices": 1},
    "utility": {"utility_name": "PGE", "electric_service_account_number": "1100000001"},
}


class AssetSerializer(serializers.Serializer[object]):
    """Its own fields, and those of the catalogue: all, or the named ones."""

    catalogue_fields: ClassVar[Collection[str] | None] = None


class CreateMeterSerializer(AssetSerializer):
    """One asset to create a meter from."""


class PartialAssetSerializer(AssetSerializer):
    """An asset without required fields."""


class AuditInfoSerializer(serializers.Serializer[object]):
    """Who created the meter, when, and when it was last changed."""

    created_by = serializers.ChoiceField(CreatedBy.values, help_text="Which entity created the meter.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class MeterIdentifiersSerializer(AssetSerializer):
    """What identifies a meter; every answer on a meter begins with it."""

    catalogue_fields: ClassVar[Collection[str] | None] = _IDENTIFIERS

    meter_id = serializers.UUIDField()
    connection_references = serializers.ListField(
        child=serializers.CharField(), help_text="The refIds of completed Connect authorizations."
    )
    tags = serializers.ListField(child=serializers.CharField())
    is_archived = serializers.BooleanField()
    audit = AuditInfoSerializer()


class ProgramIdentifierField(serializers.CharField):
    """A program of the catalogue."""


class _AssetSchema(OpenApiSerializerExtension):
    target_class = AssetSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, object]:
        own = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001  as documented
        asset, wanted = asset_json_schema(), self.target.catalogue_fields
        fields = {
            name: value
            for name, value in asset["properties"].items()  # type: ignore[attr-defined]  # JSON
            if wanted is None or name in wanted
        }
        required = [name for name in asset.get("required", ()) if name in fields]  # type: ignore[attr-defined]  # JSON
        described = {**own, "properties": {**own.get("properties", {}), **fields}}
        if isinstance(self.target, PartialAssetSerializer):
            return _without_required(described)
        return {**described, "required": sorted({*own.get("required", ()), *required})}


def _without_required(part: Any) -> Any:
    """A schema whose objects require nothing, however deep."""
    if isinstance(part, list):
        return [_without_required(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    return {
        name: _without_required(inner) for name, inner in part.items() if name != "required" or isinstance(inner, dict)
    }


class _ProgramIdentifierSchema(OpenApiSerializerFieldExtension):
    target_class = ProgramIdentifierField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, object]:
        identifiers = Program.objects.order_by("identifier").values_list("identifier", flat=True)
        return {"type": "string", "enum": list(identifiers)}
