"""What can be wrong with an onboarding token."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "TOKEN_UNKNOWN",
        "Unknown token",
        "You don’t have an onboarding token with this value.",
        "Create one with POST /v1.1/onboarding-tokens.",
    ),
    ProblemKind(
        "TOKEN_EXPIRED",
        "Expired token",
        "This onboarding token expired on {at}.",
        "Create another with POST /v1.1/onboarding-tokens.",
    ),
    ProblemKind(
        "TOKEN_USED",
        "Used token",
        "This onboarding token was already used to create a meter with other values.",
        "Create a new token for each meter.",
    ),
    ProblemKind(
        "TOKEN_IN_TRANSIT",
        "Being changed right now",
        "The meter or its reference is being changed right now.",
        "Send the request again.",
    ),
)
