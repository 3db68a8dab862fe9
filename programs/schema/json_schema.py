"""The asset as JSON Schema, made from the catalogue: what the API's description says of it."""

from programs.models import Field, FieldType, Needed

JsonSchema = dict[str, object]

_TYPES: dict[str, JsonSchema] = {
    FieldType.EMAIL: {"type": "string", "format": "email"},
    FieldType.ZIP: {"type": "string", "pattern": "^[0-9]{5}(?:-[0-9]{4})?$"},
    FieldType.NUMBER: {"type": "number"},
    FieldType.INTEGER: {"type": "integer"},
    FieldType.DATE: {"type": "string", "format": "date"},
    FieldType.BOOLEAN: {"type": "boolean"},
}


def asset_json_schema() -> JsonSchema:
    """The object that holds every field of the catalogue. Other properties are allowed, as in the published contract.

    Required are fields that every meter needs, those that their object needs, and objects with a field that every
    meter needs. Three queries.
    """
    asset = _object()
    for field in Field.objects.select_related("choice_list").prefetch_related("choice_list__choices"):
        *path, name = field.path.split(".")
        part, needed = asset, field.needed == Needed.ALWAYS
        for step in path:
            part = _inner(part, step, needed=needed)
        _add(part, name.removesuffix("[]"), _value(field), needed=field.needed != Needed.NO)
    return asset


def _object() -> JsonSchema:
    return {"type": "object", "properties": {}}


def _inner(part: JsonSchema, step: str, *, needed: bool) -> JsonSchema:
    """The object at this step of a path; of a list, the object that its items are."""
    name = step.removesuffix("[]")
    properties = part["properties"]
    assert isinstance(properties, dict)
    if name not in properties:
        properties[name] = _object() if name == step else {"type": "array", "items": _object()}
    if needed:
        _require(part, name)
    inner: JsonSchema = properties[name] if name == step else properties[name]["items"]
    return inner


def _add(part: JsonSchema, name: str, value: JsonSchema, *, needed: bool) -> None:
    properties = part["properties"]
    assert isinstance(properties, dict)
    properties[name] = value
    if needed:
        _require(part, name)


def _require(part: JsonSchema, name: str) -> None:
    required = part.setdefault("required", [])
    assert isinstance(required, list)
    if name not in required:
        required.append(name)


def _value(field: Field) -> JsonSchema:
    """One field's values: its type, its limits, and of a list what its items are."""
    limits = {
        "minimum": field.minimum,
        "maximum": field.maximum,
        "minLength": field.min_length,
        "maxLength": field.max_length,
        "pattern": field.pattern or None,
    }
    value = {
        **_TYPES.get(field.type, {"type": "string"}),
        **{limit: bound for limit, bound in limits.items() if bound is not None},
    }
    if field.choice_list:
        value["enum"] = [option.value for option in field.choice_list.options]
    notes: JsonSchema = {"description": field.help} if field.help else {}
    notes |= {"deprecated": True} if field.deprecated else {}
    return {"type": "array", "items": value, "minItems": 1, **notes} if field.path.endswith("[]") else value | notes
