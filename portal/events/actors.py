"""Who did it: the `by=` of every verb."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Person(Protocol):
    """What an actor needs of a user, so that the log imports no other room."""

    name: str
    email: str

    @property
    def pk(self) -> object: ...


class Key(Protocol):
    """What an actor needs of an API key."""

    name: str

    @property
    def pk(self) -> object: ...


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted, as it is kept in the event log: kind (person, api_key, system), id and the name at the time.

    address: the network address that the request came from; "" where nobody asked over the network.
    """

    kind: str
    id: str
    label: str
    address: str = ""

    @classmethod
    def person(cls, user: Person, *, address: str = "") -> "Actor":
        return cls("person", str(user.pk), user.name or user.email, address)

    @classmethod
    def api_key(cls, key: Key, *, address: str = "") -> "Actor":
        return cls("api_key", str(key.pk), f"API key {key.name}", address)

    @classmethod
    def system(cls, label: str = "Portal", *, address: str = "") -> "Actor":
        return cls("system", "", label, address)

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "id": self.id, "label": self.label, "address": self.address}

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> "Actor":
        return cls(data["kind"], data["id"], data["label"], data.get("address", ""))
