"""What can be wrong with a meter's form besides its fields."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "DRAFT_IS_OVER",
        "Already written",
        "This was written already.",
        "Open the meter to see it, or to change it again.",
    ),
    ProblemKind(
        "DRAFT_CHANGED_MEANWHILE",
        "Changed after you looked",
        "What was typed for this meter changed after you looked, so nothing was written.",
        "Look at it again, then confirm.",
    ),
)
