"""What can be wrong with a device that a customer describes, and with what the partner decides about it."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "CONNECT_VALUE_UNUSABLE",
        "Value cannot be used",
        "“{value}” cannot be used as “{label}”.",
        "Check it. For example: {example}.",
    ),
    ProblemKind(
        "CONNECT_PHOTO_UNUSABLE",
        "Photo cannot be used",
        "The photo could not be read.",
        "Choose a JPEG or PNG picture of at most 10 MB, or go on without one.",
    ),
    ProblemKind(
        "DEVICE_DECIDED_ALREADY",
        "Decided already",
        "Nothing is to be decided about this device any more.",
        "Reload the page.",
    ),
    ProblemKind("DEVICE_NOTHING_CHOSEN", "Nothing chosen", "Choose what to do with the device.", ""),
)
