"""The problem codes of webhooks: what an endpoint may not be, and why an attempt failed."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "WEBHOOK_URL_MISSING",
        "Address missing",
        "The address is missing.",
        "Enter the address of your receiver, such as https://company.com/webhooks.",
    ),
    ProblemKind(
        "WEBHOOK_URL_NOT_READ",
        "Not a web address",
        "{value} is not a web address.",
        "Enter one such as https://company.com/webhooks.",
    ),
    ProblemKind(
        "WEBHOOK_URL_TOO_LONG",
        "Address too long",
        "The address has more than 2,048 characters.",
        "Use a shorter address.",
    ),
    ProblemKind(
        "WEBHOOK_URL_NOT_HTTPS",
        "Address is not HTTPS",
        "The address doesn’t start with https://.",
        "Use an https:// address. Events are always sent encrypted.",
    ),
    ProblemKind(
        "WEBHOOK_URL_PORT",
        "Port not allowed",
        "Port {port} is not allowed.",
        "Use port 443, 8443 or 8843.",
    ),
    ProblemKind(
        "WEBHOOK_URL_CREDENTIALS",
        "Credentials in the address",
        "The address contains a user name or password.",
        "Send them in a header instead, such as Authorization.",
    ),
    ProblemKind(
        "WEBHOOK_URL_FRAGMENT",
        "Fragment in the address",
        "The address has a part after #, which is never sent to servers.",
        "Remove that part.",
    ),
    ProblemKind(
        "WEBHOOK_URL_NOT_PUBLIC",
        "Address not public",
        "{host} is not on the public internet.",
        "Use an address that can be reached from anywhere.",
    ),
    ProblemKind(
        "WEBHOOK_TYPES_MISSING",
        "Event types missing",
        "You haven’t chosen any event types.",
        "Choose at least one.",
    ),
    ProblemKind(
        "WEBHOOK_TYPE_UNKNOWN",
        "Event type unknown",
        "{value} is not an event type.",
        "Use one of these: {known}.",
    ),
    ProblemKind(
        "WEBHOOK_TYPE_REPEATED",
        "Event type repeated",
        "The event type {value} is listed twice.",
        "List each type once.",
    ),
    ProblemKind(
        "WEBHOOK_HEADERS_TOO_MANY",
        "Too many headers",
        "There are {count} headers.",
        "Use at most {most}.",
    ),
    ProblemKind(
        "WEBHOOK_HEADER_NAME",
        "Header name not accepted",
        "{value} can’t be used as a header name.",
        "Use up to 128 letters, digits and hyphens.",
    ),
    ProblemKind(
        "WEBHOOK_HEADER_RESERVED",
        "Header reserved",
        "The header {value} is set by the portal or by HTTP itself.",
        "Use another name.",
    ),
    ProblemKind(
        "WEBHOOK_HEADER_REPEATED",
        "Header repeated",
        "The header {value} is listed twice.",
        "List each header once. Header names aren’t case-sensitive.",
    ),
    ProblemKind(
        "WEBHOOK_HEADER_VALUE",
        "Header value not accepted",
        "The value of the header {name} is longer than 4,096 characters or has characters that headers can’t contain.",
        "Use letters, digits, spaces and the symbols on a US keyboard, on one line.",
    ),
    ProblemKind(
        "WEBHOOK_HEADER_HIDDEN",
        "Header value hidden",
        "The value of the header {name} is the mask for a stored value, but no value is stored.",
        "Send the actual value.",
    ),
    ProblemKind(
        "WEBHOOKS_TOO_MANY",
        "Too many webhooks",
        "You already have {most} webhooks.",
        "Delete one you no longer need.",
    ),
    ProblemKind(
        "WEBHOOK_TEST_TOO_OFTEN",
        "Too many tests",
        "You’ve sent {most} test events within a minute.",
        "Try again in a minute.",
    ),
    ProblemKind(
        "WEBHOOK_TEST_TYPE",
        "Test event without a type",
        "The event has no known type in webhook_event_type.",
        "Use one of these: {known}.",
    ),
    # --- why an attempt failed; the codes of portal/security/outbound.py and posting.py, after WEBHOOK_
    ProblemKind(
        "WEBHOOK_ADDRESS_NOT_ALLOWED",
        "Address not public",
        "The name resolved to an address that is not on the public internet.",
        "Check the DNS records of the receiver.",
    ),
    ProblemKind(
        "WEBHOOK_SCHEME_NOT_ALLOWED",
        "Address is not HTTPS",
        "The address doesn’t start with https://.",
        "Change the address of the webhook.",
    ),
    ProblemKind(
        "WEBHOOK_TOO_SLOW",
        "No answer in time",
        "The receiver did not answer completely within 10 seconds.",
        "Store the event, answer 2xx right away, and process it afterwards.",
    ),
    ProblemKind(
        "WEBHOOK_NAME_NOT_RESOLVED",
        "Name not found",
        "The receiver’s name doesn’t resolve to an address.",
        "Check the DNS records of the receiver.",
    ),
    ProblemKind(
        "WEBHOOK_CERTIFICATE_NOT_TRUSTED",
        "Certificate not trusted",
        "The receiver’s certificate is not trusted: it has expired, is for another name, or has an unknown issuer.",
        "Install a certificate from a public authority, with its intermediate certificates.",
    ),
    ProblemKind(
        "WEBHOOK_TLS_FAILED",
        "No encrypted connection",
        "The receiver and the portal could not agree on an encrypted connection.",
        "Enable TLS 1.2 or 1.3 on the receiver.",
    ),
    ProblemKind(
        "WEBHOOK_CONNECTION_CLOSED",
        "Connection closed",
        "The receiver closed the connection before its answer was complete.",
        "Check whether the receiver crashed or timed out at this time.",
    ),
    ProblemKind(
        "WEBHOOK_NOT_REACHED",
        "No connection",
        "Nothing answered at the receiver’s address.",
        "Check that the receiver is running and that its firewall lets the portal in.",
    ),
    ProblemKind(
        "WEBHOOK_NOT_HTTP",
        "Response not readable",
        "The receiver’s response is not HTTP.",
        "Check that a web server listens on this port.",
    ),
    ProblemKind(
        "WEBHOOK_SECRET_UNREADABLE",
        "Secret not readable",
        "The portal can’t read the stored secret or headers of this webhook.",
        "Rotate the secret and enter the headers again.",
    ),
)
