"""The steps of an upload as its page shows them: which are done, and who acts next."""

from onboarding.uploads.models import Upload

_LABELS = ("Received", "Checked", "Your confirmation", "Meters created")
_REACHED = {"received": 1, "checking": 1, "columns": 1, "ready": 2, "committing": 3, "failed": 1, "discarded": 1}
_DETAILS = {
    "received": "Waiting for us: usually a few seconds.",
    "checking": "Waiting for us: reading every row.",
    "columns": "Waiting for you: match the columns.",
    "ready": "Waiting for you.",
    "committing": "Waiting for us: writing the meters.",
    "failed": "The file cannot be used.",
    "discarded": "You discarded it. Nothing was written.",
}


def steps(upload: Upload) -> list[dict[str, str]]:
    """The stepper: Received, Checked, Your confirmation, Meters created."""
    reached = _REACHED.get(upload.state, len(_LABELS))
    return [
        {
            "label": label,
            "state": "done" if index < reached else "current" if index == reached else "todo",
            "detail": _DETAILS.get(upload.state, "") if index == reached else "",
        }
        for index, label in enumerate(_LABELS)
    ]
