"""The test cases: user names that make the utility behave in a way of their own. Pure."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Scenario:
    """A user name, and what happens to whoever signs in with it, in one sentence."""

    user_name: str
    sentence: str


SCENARIOS: Final = (
    Scenario("success", "You authorize one meter, and its data arrives."),
    Scenario("two_meters", "Your account has two meters; share one or both."),
    Scenario("commercial", "A business with two accounts, one meter each."),
    Scenario("duplicate", "The meter of “success” once more, by a second authorization."),
    Scenario("address_mismatch", "The utility has another service address than you do."),
    Scenario("no_smart_meter", "Your meter has no interval data."),
    Scenario("wrong_password", "Every password is refused."),
    Scenario("mfa_failed", "The code from the text message is refused."),
    Scenario("cancel", "You sign in, then decline to share."),
    Scenario("utility_down", "The utility is down after you sign in."),
    Scenario("error_after_consent", "The utility fails right after you authorize."),
    Scenario("no_data", "You authorize, but no data ever arrives."),
    Scenario("revoked_later", "It works; three days later you revoke it at the utility."),
    Scenario("expired", "The authorization ends after one day."),
    Scenario("refresh_refused", "The access ends after a minute and is not renewed."),
    Scenario("slow", "Every response takes about five seconds."),
)
