"""Why a privacy request cannot be carried out, and what to do."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "CUSTOMER_NOT_CHOSEN",
        "Nobody chosen",
        "Nothing was selected.",
        "Select the meters and connections of the customer.",
    ),
    ProblemKind(
        "CUSTOMER_TOO_LARGE",
        "Too many at once",
        "One request can have up to {meters} meters and {connections} connections.",
        "Select fewer, and repeat the request for the others.",
    ),
    ProblemKind(
        "ERASURE_UPLOAD_OPEN",
        "Upload not finished",
        "The upload “{file}” isn’t finished and has rows of this customer.",
        "Finish or discard the upload first.",
    ),
    ProblemKind(
        "ERASURE_NOT_CONFIRMED",
        "Not confirmed",
        "Nothing was erased, because the word wasn’t entered.",
        "Enter the word erase to confirm.",
    ),
)
