"""The problem codes of the partners room."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "PARTNER_EXISTS",
        "Partner already exists",
        "A partner named {name} already exists.",
        "Choose another name, or invite people to the existing partner.",
    ),
    ProblemKind(
        "PARTNER_NAME_WITHOUT_LETTERS",
        "Partner name without letters",
        "The name {name} has no Latin letters or digits, which the partner’s short name is made from.",
        "Choose a name with some, up to 128 characters long.",
    ),
    ProblemKind(
        "ALREADY_A_MEMBER",
        "Already a member",
        "{email} is already a member.",
        "Change their role in the list of people.",
    ),
    ProblemKind(
        "ALREADY_INVITED",
        "Already invited",
        "{email} already has an open invitation.",
        "Resend it, or withdraw it first.",
    ),
    ProblemKind(
        "INVITATION_CLOSED",
        "Invitation closed",
        "This invitation was used or withdrawn, or it has expired.",
        "Ask the person who invited you for a new one.",
    ),
    ProblemKind(
        "INVITATION_NOT_OPEN",
        "Invitation not open",
        "The invitation to {email} has been used or withdrawn in the meantime.",
        "Check whether the person is already a member, and send a new invitation if not.",
    ),
    ProblemKind(
        "INVITATION_FOR_OTHER",
        "For someone else",
        "This invitation is for {email}.",
        "Sign out, then open the link again as that person.",
    ),
    ProblemKind(
        "SANDBOX_FOLLOWS",
        "Sandbox follows its partner",
        "A sandbox uses the people and rules of its partner.",
        "Switch to the partner and change them there. The sandbox follows right away.",
    ),
    ProblemKind(
        "SANDBOX_OF_SANDBOX",
        "Sandbox of a sandbox",
        "A sandbox can’t have its own sandbox.",
        "Switch to the partner first.",
    ),
    ProblemKind("NO_SANDBOX", "No sandbox", "There is no sandbox to reset.", "Create the sandbox first."),
    ProblemKind(
        "LAST_MANAGER",
        "Last manager",
        "A partner needs at least one manager.",
        "Make someone else a manager first.",
    ),
    ProblemKind(
        "NOT_A_MEMBER",
        "Not a member",
        "This person is no longer a member.",
        "Invite the person again if needed.",
    ),
    ProblemKind(
        "ACCOUNT_EXISTS",
        "Account already exists",
        "{email} already has an account.",
        "Sign in, then open the invitation link again.",
    ),
    ProblemKind(
        "KEY_NAME_TAKEN",
        "Key name taken",
        "A key named {name} already exists.",
        "Choose another name, or revoke that key first.",
    ),
    ProblemKind(
        "KEY_WITHOUT_PERMISSION",
        "Key without permissions",
        "The key has no permissions.",
        "Select at least one permission.",
    ),
    ProblemKind(
        "KEY_NOT_IN_USE",
        "Key not in use",
        "The key {name} was revoked or has expired.",
        "Create a new key.",
    ),
    ProblemKind(
        "KEY_ROLLED_BEFORE",
        "Key already rolled",
        "The key {name} was already replaced.",
        "Roll the key that replaced it.",
    ),
    ProblemKind(
        "NETWORK_NOT_READ",
        "Network not recognized",
        "{network} is not a network.",
        "Enter addresses or ranges, for example 203.0.113.7 or 203.0.113.0/24.",
    ),
    ProblemKind(
        "NETWORK_OF_ALL",
        "Network covers all addresses",
        "{network} covers every address.",
        "Leave the networks empty to allow all addresses.",
    ),
    ProblemKind(
        "TOO_MANY_NETWORKS",
        "Too many networks",
        "A key can have up to {most} networks.",
        "Combine neighboring ranges into larger ones.",
    ),
    ProblemKind(
        "TOO_MANY_TRIES",
        "Too many tries",
        "Too many tries.",
        "Try again in {wait}, or reset your password.",
    ),
    ProblemKind(
        "TOO_MANY_EMAILS",
        "Too many emails",
        "We were asked for this email many times.",
        "Check your spam folder and use the newest link, or try again in {wait}.",
    ),
    ProblemKind(
        "INVITATION_SENT_OFTEN",
        "Invitation sent many times",
        "We already emailed {email} {most} times in the last day.",
        "Ask them to check their spam folder, or send it again tomorrow.",
    ),
)
