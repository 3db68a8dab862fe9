"""The texts for what can be wrong with reminders, renewals and personal links."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "REMINDERS_NONE_CHOSEN",
        "No reminder chosen",
        "No reminder is chosen.",
        "Choose at least one, or switch reminders off.",
    ),
    ProblemKind(
        "REMINDER_DELAY_UNAVAILABLE",
        "Delay not available",
        "This delay is not available.",
        "Choose one from the list.",
    ),
    ProblemKind(
        "REMINDER_TOO_MANY_TESTS",
        "Too many test emails",
        "You have sent yourself {most} test emails today.",
        "Use the preview, or try again tomorrow.",
    ),
    ProblemKind(
        "RENEWAL_NOT_NEEDED",
        "Renewed already",
        "The authorization needs no renewal.",
        "Reload the page.",
    ),
    ProblemKind(
        "RENEWAL_LINK_CLOSED",
        "Link does not take customers",
        "The link {title} is paused or has ended, so nobody can renew through it.",
        "Resume the link, or send the customer another one.",
    ),
    ProblemKind(
        "RENEWAL_NO_ADDRESS",
        "No email address",
        "No email address of this customer is known.",
        "Copy the renewal link and send it yourself.",
    ),
    ProblemKind(
        "RENEWAL_NOT_WANTED",
        "Customer gets no email",
        "This customer opted out of your reminders, or the address is unreachable.",
        "Copy the renewal link and give it to the customer another way.",
    ),
    ProblemKind(
        "RENEWAL_SENT_TODAY",
        "Sent today",
        "A renewal link was sent to this customer within the last 24 hours.",
        "Wait a day before you send another.",
    ),
    # --- what a customer meets
    ProblemKind(
        "CONNECT_CONTINUE_OVER",
        "Link does not work any more",
        "This link does not work any more.",
        "Open the link that you were sent first, or ask whoever sent it to you for a new one.",
    ),
    ProblemKind(
        "CONNECT_ALREADY_DONE",
        "Done already",
        "You have done this already.",
        "There is nothing more for you to do.",
    ),
    ProblemKind(
        "CONNECT_CONFIRM_WRONG",
        "Does not agree",
        "This is not what was entered before.",
        "Check it, or start from the beginning.",
    ),
    ProblemKind(
        "CONNECT_CONFIRM_TOO_OFTEN",
        "Too many tries",
        "There were too many tries with this link.",
        "Start from the beginning.",
    ),
)
