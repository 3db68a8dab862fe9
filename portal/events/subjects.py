"""Nouns for what events are about: rooms register them, so that timelines and the audit page can name them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """One type of subject. type: the model's name. page: the URL name of its page, which takes its primary key."""

    type: str
    noun: str
    page: str = ""


_SUBJECTS: dict[str, Subject] = {}


def register(*subjects: Subject) -> None:
    """Add types; registering one again with other texts is a programming error."""
    for subject in subjects:
        if _SUBJECTS.setdefault(subject.type, subject) != subject:
            raise ValueError(f"subject registered twice: {subject.type}")


def subject_of(type: str) -> Subject:
    """The registered type, or one with its own name as noun."""
    return _SUBJECTS.get(type) or Subject(type, type.replace("_", " ").capitalize())


def all_subjects() -> list[Subject]:
    """Every registered type, by noun."""
    return sorted(_SUBJECTS.values(), key=lambda subject: subject.noun.lower())


register(Subject("finding", "Finding about the log"), Subject("event", "Entry"))
