"""What can be wrong with a device that a customer describes, and with what the partner decides about it."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "CONNECT_VALUE_UNUSABLE",
        "Value can’t be used",
        "“{value}” can’t be used as “{label}”.",
        "Check it. Example: {example}",
    ),
    ProblemKind(
        "CONNECT_FIELD_NEEDED",
        "Information a program needs",
        "{label} is missing.",
        "Enter it, or say below that you don’t have everything handy.",
    ),
    ProblemKind(
        "CONNECT_PHOTO_UNUSABLE",
        "Photo can’t be used",
        "We couldn’t read the photo.",
        "Choose a JPEG or PNG photo up to 10 MB, or continue without one.",
    ),
    ProblemKind(
        "DEVICE_DECIDED_ALREADY",
        "Already decided",
        "There’s nothing left to decide about this device.",
        "Reload the page.",
    ),
    ProblemKind(
        "DEVICE_METER_UNAVAILABLE",
        "Meter not available",
        "This meter no longer has the device’s serial number.",
        "Reload the page.",
    ),
    ProblemKind("DEVICE_NOTHING_CHOSEN", "Nothing chosen", "Choose what to do with the device.", ""),
)
