"""The problem codes of the partners room."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "PARTNER_EXISTS",
        "Partner exists",
        "There is a partner called {name}.",
        "Choose another name, or invite people to that partner.",
    ),
    ProblemKind(
        "PARTNER_NAME_WITHOUT_LETTERS",
        "Partner name without letters",
        "The name {name} has no Latin letters or digits, of which the partner's short name is made.",
        "Choose a name with some, at most 128 characters long.",
    ),
    ProblemKind(
        "ALREADY_A_MEMBER", "Already a member", "{email} is a member already.", "Change the role in the list of people."
    ),
    ProblemKind(
        "ALREADY_INVITED",
        "Already invited",
        "{email} has an open invitation.",
        "Send it again, or withdraw it first.",
    ),
    ProblemKind(
        "INVITATION_CLOSED",
        "Invitation closed",
        "This invitation was used, withdrawn, or has expired.",
        "Ask the person who invited you for a new one.",
    ),
    ProblemKind(
        "INVITATION_NOT_OPEN",
        "Invitation not open",
        "The invitation to {email} was used or withdrawn meanwhile.",
        "Look for the person among the members, and send a new invitation if needed.",
    ),
    ProblemKind(
        "INVITATION_FOR_OTHER",
        "For somebody else",
        "This invitation is for {email}.",
        "Sign out, and open the link again as that person.",
    ),
    ProblemKind(
        "SANDBOX_FOLLOWS",
        "Sandbox follows its partner",
        "A sandbox has the people and rules of its partner.",
        "Switch to the partner and change them there; the sandbox follows at once.",
    ),
    ProblemKind(
        "SANDBOX_OF_SANDBOX", "Sandbox of a sandbox", "A sandbox has no sandbox.", "Switch to the partner first."
    ),
    ProblemKind("NO_SANDBOX", "No sandbox", "There is no sandbox to reset.", "Create the sandbox first."),
    ProblemKind(
        "LAST_MANAGER",
        "Last manager",
        "A partner needs at least one manager.",
        "Make somebody else a manager first.",
    ),
    ProblemKind(
        "NOT_A_MEMBER",
        "Not a member",
        "This person is no longer a member.",
        "Invite the person again if needed.",
    ),
    ProblemKind(
        "ACCOUNT_EXISTS",
        "Account exists",
        "{email} has an account already.",
        "Sign in, then open the link of the invitation again.",
    ),
    ProblemKind(
        "KEY_NAME_TAKEN",
        "Key name taken",
        "There is a key called {name}.",
        "Choose another name, or revoke that key first.",
    ),
    ProblemKind(
        "KEY_WITHOUT_PERMISSION", "Key without permission", "The key may do nothing.", "Select at least one permission."
    ),
    ProblemKind(
        "KEY_NOT_IN_USE",
        "Key not in use",
        "The key {name} was revoked or has expired.",
        "Create a new key.",
    ),
    ProblemKind(
        "KEY_ROLLED_BEFORE",
        "Key rolled before",
        "The key {name} was replaced already.",
        "Roll the key that replaced it.",
    ),
    ProblemKind(
        "NETWORK_NOT_READ",
        "Network not read",
        "{network} is no network.",
        "Enter addresses or ranges, for example 203.0.113.7 or 203.0.113.0/24.",
    ),
    ProblemKind(
        "NETWORK_OF_ALL",
        "Network of all addresses",
        "{network} is every address.",
        "Leave the networks empty to allow all of them.",
    ),
    ProblemKind(
        "TOO_MANY_NETWORKS",
        "Too many networks",
        "A key takes at most {most} networks.",
        "Join neighboring ranges into larger ones.",
    ),
)
