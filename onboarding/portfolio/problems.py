"""What can be wrong with what a partner asks of its meters' pages: views, looking up many, exports."""

from portal.problems import ProblemKind, register

register(
    # --- the list and its saved views
    ProblemKind("VIEW_NEEDS_A_NAME", "No name", "The view needs a name.", "Enter a name of up to 64 characters."),
    ProblemKind("TOO_MANY_VIEWS", "Too many views", "You have {limit} views already.", "Remove one first."),
    # --- looking up many
    ProblemKind(
        "NOTHING_PASTED",
        "Nothing pasted",
        "Nothing was pasted.",
        "Paste meter IDs or partner references, one per line.",
    ),
    # --- exports
    ProblemKind(
        "EXPORT_TOO_LARGE",
        "Too large for a workbook",
        "A workbook with these columns holds up to {most} meters.",
        "Download them as CSV, filter them, or choose fewer columns.",
    ),
    ProblemKind(
        "EXPORT_UNDER_WAY",
        "One at a time",
        "We’re already making a workbook for {partner}.",
        "Wait until it is ready, or download these meters as CSV.",
    ),
)
