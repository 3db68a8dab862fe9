"""The texts for what can be wrong with reminders, renewals and personal links."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "REMINDERS_NONE_CHOSEN",
        "No reminder chosen",
        "You haven’t chosen any reminders.",
        "Choose at least one, or turn reminders off.",
    ),
    ProblemKind(
        "REMINDER_DELAY_UNAVAILABLE",
        "Delay not available",
        "This delay is not available.",
        "Choose a delay from the list.",
    ),
    ProblemKind(
        "REMINDER_TOO_MANY_TESTS",
        "Too many test emails",
        "You have sent yourself {most} test emails today.",
        "Use the preview, or try again tomorrow.",
    ),
    ProblemKind(
        "RENEWAL_NOT_NEEDED",
        "No renewal needed",
        "This authorization doesn’t need to be renewed.",
        "Reload the page.",
    ),
    ProblemKind(
        "RENEWAL_LINK_CLOSED",
        "Link is paused or ended",
        "The link {title} is paused or has ended, so customers can’t use it to renew.",
        "Resume the link, or send the customer another one.",
    ),
    ProblemKind(
        "RENEWAL_NO_ADDRESS",
        "No email address",
        "We don’t have an email address for this customer.",
        "Copy the renewal link and send it yourself.",
    ),
    ProblemKind(
        "RENEWAL_NOT_WANTED",
        "Customer can’t be emailed",
        "This customer opted out of your reminders, or their email address doesn’t work.",
        "Copy the renewal link and send it another way.",
    ),
    ProblemKind(
        "RENEWAL_SENT_TODAY",
        "Already sent today",
        "We sent this customer a renewal link within the last 24 hours.",
        "Wait a day before you send another one.",
    ),
    # --- what a customer meets
    ProblemKind(
        "CONNECT_CONTINUE_OVER",
        "Link no longer works",
        "This link no longer works.",
        "Open the first link you were sent, or ask whoever sent it to you for a new one.",
    ),
    ProblemKind(
        "CONNECT_ALREADY_DONE",
        "Already done",
        "You’ve already done this.",
        "There’s nothing more for you to do.",
    ),
    ProblemKind(
        "CONNECT_CONFIRM_WRONG",
        "Doesn’t match",
        "This doesn’t match what was entered before.",
        "Check it, or start over.",
    ),
    ProblemKind(
        "CONNECT_CONFIRM_TOO_OFTEN",
        "Too many tries",
        "There were too many tries with this link.",
        "Start over.",
    ),
)
