"""The problem codes of webhooks: what an endpoint may not be, and why an attempt failed."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "WEBHOOK_URL_MISSING",
        "Address missing",
        "There is no address.",
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
        "Use a shorter one.",
    ),
    ProblemKind(
        "WEBHOOK_URL_NOT_HTTPS",
        "Address not https",
        "The address does not begin with https://.",
        "Use an address with https, since events travel encrypted only.",
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
        "The address carries a user name or a password.",
        "Put them into a header, such as authorization.",
    ),
    ProblemKind(
        "WEBHOOK_URL_FRAGMENT",
        "Fragment in the address",
        "The address has a part after #, which no server is sent.",
        "Leave that part out.",
    ),
    ProblemKind(
        "WEBHOOK_URL_NOT_PUBLIC",
        "Address not public",
        "{host} is not on the public internet.",
        "Use an address that is reachable from everywhere.",
    ),
    ProblemKind(
        "WEBHOOK_TYPES_MISSING",
        "Event types missing",
        "No event type is chosen.",
        "Choose at least one.",
    ),
    ProblemKind(
        "WEBHOOK_TYPE_UNKNOWN",
        "Event type unknown",
        "There is no event type {value}.",
        "Use one of {known}.",
    ),
    ProblemKind(
        "WEBHOOK_TYPE_REPEATED",
        "Event type repeated",
        "The event type {value} is there twice.",
        "Name each type once.",
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
        "{value} cannot be the name of a header.",
        "Use at most 128 letters, digits and hyphens.",
    ),
    ProblemKind(
        "WEBHOOK_HEADER_RESERVED",
        "Header reserved",
        "The portal or HTTP itself sets the header {value}.",
        "Use another name.",
    ),
    ProblemKind(
        "WEBHOOK_HEADER_REPEATED",
        "Header repeated",
        "The header {value} is there twice.",
        "Name each header once. Capital letters make no difference.",
    ),
    ProblemKind(
        "WEBHOOK_HEADER_VALUE",
        "Header value not accepted",
        "The value of the header {name} has characters that no header can carry, or more than 4,096.",
        "Use letters, digits, spaces and the signs of an English keyboard, on one line.",
    ),
    ProblemKind(
        "WEBHOOK_HEADER_HIDDEN",
        "Header value hidden",
        "The value of the header {name} is the text that hides a stored value, and none is stored.",
        "Send the value itself.",
    ),
    ProblemKind(
        "WEBHOOKS_TOO_MANY",
        "Too many webhooks",
        "There are {most} webhooks already.",
        "Delete one that you no longer need.",
    ),
    ProblemKind(
        "WEBHOOK_TEST_TOO_OFTEN",
        "Too many tests",
        "Test events were sent {most} times within a minute.",
        "Try again in a minute.",
    ),
    ProblemKind(
        "WEBHOOK_TEST_TYPE",
        "Test event without a type",
        "The event names no known type in webhook_event_type.",
        "Use one of {known}.",
    ),
    # --- why an attempt failed; the codes of portal/security/outbound.py and posting.py, after WEBHOOK_
    ProblemKind(
        "WEBHOOK_ADDRESS_NOT_ALLOWED",
        "Address not public",
        "The name led to an address that is not on the public internet.",
        "Check the DNS records of the receiver.",
    ),
    ProblemKind(
        "WEBHOOK_SCHEME_NOT_ALLOWED",
        "Address not https",
        "The address does not begin with https://.",
        "Change the address of the webhook.",
    ),
    ProblemKind(
        "WEBHOOK_TOO_SLOW",
        "No answer in time",
        "The receiver did not answer completely within 10 seconds.",
        "Store the event, answer 2xx at once, and work on it afterwards.",
    ),
    ProblemKind(
        "WEBHOOK_NAME_NOT_RESOLVED",
        "Name not found",
        "There is no address for the receiver's name.",
        "Check the DNS records of the receiver.",
    ),
    ProblemKind(
        "WEBHOOK_CERTIFICATE_NOT_TRUSTED",
        "Certificate not trusted",
        "The receiver's certificate is not trusted: it has expired, is for another name, or nobody known signed it.",
        "Install a certificate of a public authority, with its intermediate certificates.",
    ),
    ProblemKind(
        "WEBHOOK_TLS_FAILED",
        "No encrypted connection",
        "The receiver and the portal could not agree on an encrypted connection.",
        "Let the receiver speak TLS 1.2 or 1.3.",
    ),
    ProblemKind(
        "WEBHOOK_CONNECTION_CLOSED",
        "Connection closed",
        "The receiver closed the connection before its answer was complete.",
        "Look for a crash or a time-out of the receiver at this moment.",
    ),
    ProblemKind(
        "WEBHOOK_NOT_REACHED",
        "Not reached",
        "Nobody answered at the receiver's address.",
        "Check that the receiver runs, and that its firewall lets the portal in.",
    ),
    ProblemKind(
        "WEBHOOK_NOT_HTTP",
        "Answer not readable",
        "What the receiver answered is not HTTP.",
        "Check that a web server listens at this port.",
    ),
    ProblemKind(
        "WEBHOOK_SECRET_UNREADABLE",
        "Secret not readable",
        "The portal cannot read the stored secret or headers of this webhook.",
        "Rotate the secret, and enter the headers again.",
    ),
)
