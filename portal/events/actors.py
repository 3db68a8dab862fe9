"""Who did it: the `by=` of every verb."""

from dataclasses import dataclass
from typing import Any, Protocol


class Person(Protocol):
    """What an actor needs of a user; the log knows nobody's room."""

    pk: Any
    name: Any
    email: Any


class Key(Protocol):
    """What an actor needs of an API key."""

    pk: Any
    name: Any


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted, as it is kept in the event log: kind (person, api_key, system), id and the name at the time."""

    kind: str
    id: str
    label: str

    @classmethod
    def person(cls, user: Person) -> "Actor":
        return cls("person", str(user.pk), user.name or user.email)

    @classmethod
    def api_key(cls, key: Key) -> "Actor":
        return cls("api_key", str(key.pk), f"API key {key.name}")

    @classmethod
    def system(cls, label: str = "Portal") -> "Actor":
        return cls("system", "", label)

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "id": self.id, "label": self.label}

    @classmethod
    def from_json(cls, data: dict[str, str]) -> "Actor":
        return cls(data["kind"], data["id"], data["label"])
