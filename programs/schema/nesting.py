"""Between flat keys (dot paths with indexes) and the nested asset of the contract."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

from portal.problems import Problem
from programs.schema.lists import Flat

_MOST_SHAPES = 1000
_DEEPEST = 6

Pick = Callable[[tuple[object, ...]], tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class _Shape:
    """How the values of one set of keys become an asset.

    objects: (position of the object above or None, its name there, the names of its values, what picks them), those
    above before those below. lists: (position of the object, the list's name, for each slot the names and what picks
    them; names are None in a list of plain values).
    """

    objects: tuple[tuple[int | None, str, tuple[str, ...], Pick], ...]
    lists: tuple[tuple[int, str, tuple[tuple[tuple[str, ...] | None, Pick], ...]], ...]


class Nesting:
    """Nests rows. Rows of one sheet fill the same keys again and again, so how to nest them is remembered."""

    def __init__(self, keys: Collection[str]) -> None:
        self._places = {key: _place(key) for key in keys}
        self._shapes: dict[tuple[str, ...], _Shape] = {}

    def nest(self, flat: Flat) -> dict[str, object]:
        """Flat keys to the nested asset. Slots of lists close up: load_types.1 alone is a list of one."""
        keys = tuple(flat)
        shape = self._shapes.get(keys)
        if shape is None:
            shape = self._learn(keys)
        values = tuple(flat.values())
        objects: list[dict[str, object]] = []
        for above, name, names, pick in shape.objects:
            item = dict(zip(names, pick(values), strict=True))
            if above is not None:
                objects[above][name] = item
            objects.append(item)
        for position, name, slots in shape.lists:
            objects[position][name] = _list_of(slots, values)
        return objects[0]

    def _learn(self, keys: tuple[str, ...]) -> _Shape:
        plain: dict[str, dict[str, int]] = {"": {}}
        lists: dict[tuple[str, str], dict[int, dict[str, int]]] = {}
        for index, key in enumerate(keys):
            path, name, slot, inner = self._places[key]
            for upper in _path_and_above(path):
                plain.setdefault(upper, {})
            if slot is None:
                plain[path][name] = index
            else:
                lists.setdefault((path, name), {}).setdefault(slot, {})[inner] = index
        paths = sorted(plain, key=lambda path: path.count(".") + bool(path))
        position = {path: number for number, path in enumerate(paths)}
        shape = _Shape(
            objects=tuple(
                (
                    position[path.rpartition(".")[0]] if path else None,
                    path.rpartition(".")[2],
                    tuple(plain[path]),
                    _picker(plain[path].values()),
                )
                for path in paths
            ),
            lists=tuple(
                (
                    position[path],
                    name,
                    tuple(
                        (None if "" in slots[slot] else tuple(slots[slot]), _picker(slots[slot].values()))
                        for slot in sorted(slots)
                    ),
                )
                for (path, name), slots in lists.items()
            ),
        )
        if len(self._shapes) < _MOST_SHAPES:
            self._shapes[keys] = shape
        return shape


def _list_of(slots: Iterable[tuple[tuple[str, ...] | None, Pick]], values: tuple[object, ...]) -> list[object]:
    items: list[object] = []
    for names, pick in slots:
        picked = pick(values)
        if names is not None:
            items.append(dict(zip(names, picked, strict=True)))
        elif picked[0] not in items:
            items.append(picked[0])
    return items


def _picker(indexes: Collection[int]) -> Pick:
    """What takes the values at these places out of a row's values, always as a tuple."""
    places = list(indexes)
    if len(places) > 1:
        return itemgetter(*places)
    if places:
        return lambda values, place=places[0]: (values[place],)  # type: ignore[misc]  # bound at once
    return lambda _: ()


def _path_and_above(path: str) -> Iterable[str]:
    parts = path.split(".") if path else []
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def _place(key: str) -> tuple[str, str, int | None, str]:
    """Where a flat key's value goes: the object's path, the name in it, and for a list the slot and the name in that.

    "site.site_devices.0.model" is ("site", "site_devices", 0, "model").
    """
    parts = key.split(".")
    slot = next((index for index, part in enumerate(parts) if part.isdigit()), None)
    if slot is None:
        return ".".join(parts[:-1]), parts[-1], None, ""
    return ".".join(parts[: slot - 1]), parts[slot - 1], int(parts[slot]), ".".join(parts[slot + 1 :])


def flatten(asset: Mapping[str, object]) -> dict[str, object]:
    """A nested asset (or API JSON) to flat keys; unknown ones too, so that the caller can name them."""
    flat: dict[str, object] = {}
    _flatten(asset.items(), "", flat, 0)
    return flat


def _flatten(members: Iterable[tuple[object, object]], above: str, flat: dict[str, object], depth: int) -> None:
    for name, inner in members:
        key = f"{above}{name}"
        if depth >= _DEEPEST:
            flat[key] = inner
        elif isinstance(inner, str):  # most are
            if inner:
                flat[key] = inner
        elif isinstance(inner, list):
            _flatten(enumerate(inner), f"{key}.", flat, depth + 1)
        elif isinstance(inner, Mapping) and inner:
            _flatten(inner.items(), f"{key}.", flat, depth + 1)
        elif inner is not None:
            flat[key] = inner


def flatten_json(asset: Mapping[str, object]) -> dict[str, object]:
    """The same for an asset whose types are still to be checked: empty objects and lists stay, under their own key.

    What is given twice, as a member of an object and under a name with dots, is the Problem with that.
    """
    flat: dict[str, object] = {}
    _flatten_json(asset, "", flat, 0)
    return flat


def _flatten_json(value: Mapping[str, object], above: str, flat: dict[str, object], depth: int) -> None:
    for name, inner in value.items():
        if isinstance(inner, dict | list) and inner and depth <= _DEEPEST:
            members = inner if isinstance(inner, dict) else {str(slot): item for slot, item in enumerate(inner)}
            _flatten_json(members, f"{above}{name}.", flat, depth + 1)
        elif inner is not None and inner != "":
            key = above + name
            flat[key] = Problem("GIVEN_TWICE", key, "", {"label": key}) if key in flat else inner
