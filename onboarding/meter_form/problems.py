"""What can be wrong with a meter's form besides its fields."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "DRAFT_IS_OVER",
        "Already saved",
        "You already saved this form.",
        "Open the meter to see or change it.",
    ),
    ProblemKind(
        "DRAFT_CHANGED_MEANWHILE",
        "Changed since you reviewed it",
        "This draft changed after you reviewed it, so nothing was saved.",
        "Review it again, then confirm.",
    ),
)
