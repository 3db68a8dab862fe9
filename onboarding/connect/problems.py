"""The texts for what can be wrong with a link, a session, an authorization or a utility's data."""

from portal.problems import ProblemKind, register

_TRY_AGAIN = "Go back and try again."

register(
    # --- what a partner enters
    ProblemKind(
        "LINK_TITLE_TAKEN",
        "Name in use",
        "You already have a link named {title}.",
        "Choose another name.",
    ),
    ProblemKind(
        "LINK_REGION_WITHOUT_CONNECT",
        "Region without Connect",
        "Connect links aren’t available in {region}.",
        "Choose another region.",
    ),
    ProblemKind(
        "LINK_VARIANT_UNAVAILABLE",
        "Variant not available",
        "{variant} isn’t available in {region}.",
        "Choose another one from the list.",
    ),
    ProblemKind(
        "LINK_PROGRAM_UNAVAILABLE",
        "Program not available",
        "Customers can’t join {program} through a link for “{variant}” in {region}.",
        "Choose another program, or leave it empty for all available programs.",
    ),
    ProblemKind(
        "LINK_UTILITY_UNAVAILABLE",
        "Utility not available",
        "{utility} isn’t connected in {region}.",
        "Choose one from the list, or leave it empty for all utilities.",
    ),
    ProblemKind(
        "LINK_DEVICE_WITHOUT_UTILITY",
        "Utilities not used",
        "Links for customers with a device don’t ask for a utility.",
        "Leave the utilities empty.",
    ),
    ProblemKind(
        "LINK_REDIRECT_NOT_ALLOWED",
        "Host not allowed",
        "{host} isn’t one of your allowed redirect hosts.",
        "Add the host first, or choose a page on one of them.",
    ),
    ProblemKind(
        "LINK_REDIRECT_UNUSABLE",
        "Address can’t be used",
        "{value} isn’t a web address that we can send customers to.",
        "Enter an address that starts with https://.",
    ),
    ProblemKind(
        "REDIRECT_HOST_UNUSABLE",
        "Host can’t be used",
        "{value} isn’t a host name.",
        "Enter only the host, for example www.acme.example.",
    ),
    ProblemKind(
        "LINK_COLOR_UNUSABLE",
        "Color can’t be used",
        "{value} isn’t a color.",
        "Enter six hexadecimal digits, for example #1a4d2e.",
    ),
    ProblemKind(
        "LINK_COLOR_TOO_LIGHT",
        "Color too light",
        "{value} has a contrast of {contrast}:1 with white. Buttons need at least 3:1 to be visible.",
        "Choose a darker color.",
    ),
    ProblemKind(
        "LINK_LOGO_UNUSABLE",
        "Logo can’t be used",
        "We couldn’t read the logo as an image.",
        "Choose a PNG or JPEG file up to 1 MB.",
    ),
    ProblemKind(
        "LINK_IS_OVER",
        "Link ended",
        "This link has ended and can’t be changed.",
        "Create a new link.",
    ),
    ProblemKind(
        "LINK_REFERENCE_UNUSABLE",
        "Reference ID can’t be used",
        "{value} can’t be used as a reference ID.",
        "Use 3 to 256 characters, without / \\ ? ] [ {{ }} ! # $ % ^ & * ( ) < > |.",
    ),
    ProblemKind(
        "LINK_REFERENCE_MISSING", "Reference ID missing", "The reference ID is missing.", "Enter a reference ID."
    ),
    ProblemKind(
        "LINK_TOO_MANY_EMAILS",
        "Too many emails",
        "You’ve sent {most} links by email today.",
        "Send the rest from your own email system.",
    ),
    # --- a list of customers, for whom links are made
    ProblemKind(
        "MERGE_NOTHING_SENT",
        "No list",
        "You haven’t added a list yet.",
        "Choose a spreadsheet, or paste reference IDs.",
    ),
    ProblemKind(
        "MERGE_NO_REFERENCE",
        "No reference column",
        "The list has no column named reference.",
        "Name the column with your customer IDs “reference”.",
    ),
    ProblemKind("MERGE_NO_ROWS", "No rows", "The list has no rows.", "Add at least one customer."),
    ProblemKind(
        "MERGE_REFERENCE_TWICE",
        "Reference ID twice",
        "Reference ID {value} is also in row {first}.",
        "Give each customer a different reference ID, or remove this row.",
    ),
    ProblemKind(
        "MERGE_LANGUAGE_UNKNOWN",
        "Language not available",
        "The language {value} isn’t available.",
        "Leave it empty, or use one of these: {codes}.",
    ),
    ProblemKind(
        "MERGE_ROW_BROKEN",
        "Row unclear",
        "We couldn’t read this row reliably.",
        "Check its quotation marks and separators.",
    ),
    ProblemKind(
        "PAIRING_TOO_MANY",
        "Number out of range",
        "You can create 1 to {most} codes at a time, and they can work for 1 to {days} days.",
        "Enter numbers within these limits.",
    ),
    # --- what a customer meets
    ProblemKind(
        "CONNECT_CODE_MISTYPED",
        "Code mistyped",
        "This code isn’t right: a character is wrong, missing or extra.",
        "Compare all 9 characters with the code you were given.",
    ),
    ProblemKind(
        "CONNECT_CODE_UNKNOWN",
        "Code doesn’t work",
        "This code doesn’t work. It may have expired.",
        "Ask whoever gave it to you for a new one.",
    ),
    ProblemKind(
        "CONNECT_CODE_USED",
        "Code used",
        "This code was used before.",
        "Continue in the browser where you used it, or ask for a new code.",
    ),
    ProblemKind(
        "CONNECT_LINK_UNKNOWN",
        "Link doesn’t work",
        "This link does not work.",
        "Check that you have the whole link, or ask whoever sent it to you for a new one.",
    ),
    ProblemKind(
        "CONNECT_LINK_PAUSED",
        "Link paused",
        "This link is paused right now.",
        "Try again later, or ask whoever sent it to you.",
    ),
    ProblemKind(
        "CONNECT_TOO_MANY",
        "Too many tries",
        "There were too many tries from your network.",
        "Wait an hour, then try again.",
    ),
    ProblemKind(
        "CONNECT_STATE_UNKNOWN",
        "Sign-in not known",
        "This response doesn’t match a sign-in that was started here.",
        "Open your link again and start from there.",
    ),
    ProblemKind(
        "CONNECT_STATE_OF_ANOTHER_BROWSER",
        "Another browser",
        "This sign-in was started in another browser.",
        "Open your link again in this browser and start from there.",
    ),
    ProblemKind(
        "CONNECT_STATE_USED",
        "Sign-in used",
        "This sign-in was finished before.",
        "Open your link again to see your progress.",
    ),
    ProblemKind(
        "CONNECT_NOT_AUTHORIZED",
        "Not authorized",
        "The authorization did not succeed: {reason}.",
        _TRY_AGAIN,
    ),
    ProblemKind(
        "CONNECT_FIELD_MISSING",
        "Information missing",
        "{label} is missing.",
        "",
    ),
    ProblemKind(
        "CONNECT_EMAIL_UNUSABLE",
        "Email address not recognized",
        "{value} is not an email address.",
        "Enter one like name@example.com.",
    ),
    ProblemKind(
        "CONNECT_EMAIL_MISSING",
        "Email address missing",
        "The email address is missing.",
        "Enter the address where you received our messages.",
    ),
    ProblemKind(
        "CONNECT_ZIP_UNUSABLE",
        "ZIP code not recognized",
        "{value} is not a ZIP code.",
        "Enter the five digits from the electric bill.",
    ),
    ProblemKind(
        "CONNECT_ZIP_OF_OTHER_STATE",
        "ZIP code in another state",
        "ZIP code {value} is in {real}, but the state is {state}.",
        "Check both.",
    ),
    ProblemKind(
        "CONNECT_DATE_TO_COME",
        "Date in the future",
        "“{label}” is in the future.",
        "Check the year.",
    ),
    ProblemKind(
        "CONNECT_ANSWER_UNKNOWN",
        "Answer not known",
        "Choose yes or no: {label}",
        "",
    ),
    ProblemKind(
        "CONNECT_SESSION_UNKNOWN",
        "Opened in another browser",
        "This page was opened in another browser, or your browser didn’t keep its cookie.",
        "Open your link again to continue.",
    ),
    ProblemKind(
        "CONNECT_SIGNATURE_MISSING",
        "Signature missing",
        "Type your full name to sign.",
        "",
    ),
    ProblemKind(
        "CONNECT_AGREEMENT_OPEN",
        "Agreement not accepted",
        "Accept “{title}” to continue.",
        "",
    ),
    ProblemKind(
        "CONNECT_UTILITY_UNKNOWN",
        "Utility not available",
        "Choose your utility from the list.",
        "",
    ),
    ProblemKind(
        "ESI_ID_UNUSABLE",
        "ESI ID not recognized",
        "{value} is not an ESI ID.",
        "It has 17 or 22 digits and begins with 10. It is on the electricity bill.",
    ),
    ProblemKind(
        "ESI_ID_UTILITY_UNKNOWN",
        "ESI ID of an unknown utility",
        "No delivery utility in Texas has ESI IDs that begin with {prefix}.",
        "Check the digits on the electricity bill.",
    ),
    ProblemKind(
        "NOT_IN_TEXAS",
        "Not in Texas",
        "ZIP code {value} is not in Texas.",
        "Enter the address in Texas where the electricity is used.",
    ),
    # --- what the utility's data may have
    ProblemKind(
        "POINT_ADDRESS_DISAGREES",
        "Address doesn’t match",
        "The account of {reference} matches {utility}’s data, but the address doesn’t: the meter has {ours}, the "
        "utility has {theirs}.",
        "Decide whether it’s the same meter.",
    ),
    ProblemKind(
        "POINT_SEVERAL_METERS",
        "Several meters match",
        "{count} of your meters match {utility}’s data.",
        "Choose the right meter.",
    ),
    ProblemKind(
        "POINT_UNCLEAR",
        "Identifiers missing",
        "{reference} has the same address as in {utility}’s data, but no account number to compare.",
        "Decide whether it’s the same meter.",
    ),
    ProblemKind(
        "POINT_OTHER_UTILITY",
        "Utility doesn’t match",
        "The account of {reference} matches {utility}’s data, but the meter has another utility or none.",
        "Decide whether it’s the same meter.",
    ),
    ProblemKind(
        "POINT_OTHER_ACCOUNT",
        "Account doesn’t match",
        "{reference} is the meter for this service point at {utility}, but its account and agreement have changed.",
        "Decide whether it’s the same meter.",
    ),
    ProblemKind("POINT_NOTHING_CHOSEN", "Nothing chosen", "Choose a meter, or create a new one.", ""),
    ProblemKind(
        "POINT_DECIDED_ALREADY",
        "Already decided",
        "This service point already has a meter.",
        "Reload the page.",
    ),
    # --- feeds
    ProblemKind("FEED_TOO_LARGE", "Feed too large", "The feed is larger than {limit} MB.", ""),
    ProblemKind("FEED_UNREADABLE", "Feed unreadable", "We couldn’t read the feed: {reason}", ""),
    ProblemKind("FEED_OF_ANOTHER", "Another customer’s feed", "The feed contains another customer’s data.", ""),
    ProblemKind(
        "FEED_OF_OTHER_HOST",
        "Address on another host",
        "The utility gave a data address that is not under its own address.",
        "",
    ),
    # --- notifications from utilities
    ProblemKind(
        "NOTIFICATION_UNREADABLE",
        "Notification unreadable",
        "The notification is not a list of resources.",
        "Send a BatchList document.",
    ),
    ProblemKind(
        "NOTIFICATION_OF_OTHER_HOST",
        "Address on another host",
        "The notification contains an address that is not under the registered resource address.",
        "Send only addresses of your own resources.",
    ),
    # --- consents that partners supply
    ProblemKind("PDF_EMPTY", "File is empty", "The file is empty.", "Choose another file."),
    ProblemKind(
        "PDF_TOO_LARGE", "File too large", "The file is larger than {most} MB.", "Try scanning it in black and white."
    ),
    ProblemKind(
        "PDF_NOT_ONE",
        "Not a PDF",
        "The file is not a complete PDF.",
        "Save or scan the document as a PDF, then choose that file.",
    ),
    ProblemKind(
        "PDF_ENCRYPTED",
        "PDF is protected",
        "The PDF is protected by a password or permissions.",
        "Print it to a new PDF without protection.",
    ),
    ProblemKind(
        "PDF_ACTIVE",
        "PDF contains scripts or files",
        "The PDF contains scripts, form actions or other files.",
        "Print it to a new PDF, so that only the pages are left.",
    ),
    ProblemKind(
        "PDF_WITHOUT_PAGES", "PDF without pages", "We couldn’t find any pages in the PDF.", "Print it to a new PDF."
    ),
    ProblemKind(
        "CONSENT_TITLE_MISSING",
        "Document name missing",
        "The document name is missing.",
        "Enter the name of the document.",
    ),
    ProblemKind(
        "CONSENT_NOT_IN_CALIFORNIA",
        "CISR-DRP outside California",
        "The CISR-DRP form is only for utilities in California. {utility} doesn’t accept it here.",
        "Choose another document or utility.",
    ),
    ProblemKind(
        "CONSENT_ACCOUNT_MISSING",
        "Account number missing",
        "The CISR-DRP form includes an account number, but it’s missing here.",
        "Enter the account number from the form.",
    ),
    ProblemKind(
        "CONSENT_NUMBER_MISSING",
        "Account or service point missing",
        "There’s no account number or service point number.",
        "Enter at least one of them from the document.",
    ),
    ProblemKind(
        "CONSENT_SIGNED_LATER",
        "Signed in the future",
        "The signature date can’t be in the future.",
        "Enter the date it was signed.",
    ),
    ProblemKind(
        "CONSENT_ENDS_BEFORE",
        "Ends before it was signed",
        "The end date is before the signature date.",
        "Check both dates.",
    ),
    ProblemKind(
        "CONSENT_HAS_ENDED",
        "Consent has ended",
        "The document’s end date has passed.",
        "Ask the customer for a new one.",
    ),
    ProblemKind(
        "CONSENT_SUPPLIED_ALREADY",
        "Already supplied",
        "You already supplied this file for this customer and utility.",
        "Choose another file, or withdraw the earlier one.",
    ),
    ProblemKind(
        "CONSENT_REFERENCE_TAKEN",
        "Customer exists",
        "You already have a customer with the reference ID {value}.",
        "Open that customer under Connections and add the consent there.",
    ),
    ProblemKind(
        "CONSENT_TOO_MANY",
        "Too many consents",
        "You’ve supplied {most} consents today.",
        "Supply the rest tomorrow.",
    ),
    ProblemKind(
        "CONSENT_DECIDED_ALREADY",
        "Already decided",
        "This consent is no longer under review: it was {state} by {who}.",
        "Reload the page.",
    ),
    ProblemKind(
        "CONSENT_REASON_MISSING",
        "Reason missing",
        "The reason is missing.",
        "Say what the partner needs to correct.",
    ),
)
