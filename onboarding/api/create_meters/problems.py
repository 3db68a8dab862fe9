"""What can be wrong with an onboarding token."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "TOKEN_UNKNOWN",
        "Unknown token",
        "This onboarding token is not one of yours.",
        "Make one with POST /v1.1/onboarding-tokens.",
    ),
    ProblemKind(
        "TOKEN_EXPIRED",
        "Expired token",
        "This onboarding token expired on {at}.",
        "Make another with POST /v1.1/onboarding-tokens.",
    ),
    ProblemKind(
        "TOKEN_USED",
        "Used token",
        "A meter was created with this onboarding token already, from other values.",
        "Make another token for another meter.",
    ),
    ProblemKind(
        "TOKEN_IN_TRANSIT",
        "Changed at this moment",
        "The meter or its reference changed at this very moment.",
        "Send the request again.",
    ),
)
