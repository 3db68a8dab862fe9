"""What Leap's people did to a meter, as its history tells it."""

from onboarding.portfolio.history import Change, EventData, register


def _activated(data: EventData) -> Change:
    return data["period"], "not active", _with_note("active", data.get("note"))


def _ended(data: EventData) -> Change:
    return data["period"], "active", _with_note("ended", data.get("reason"))


def _recorded(data: EventData) -> Change:
    where = data.get("period") or data.get("program")
    holds = "yes" if data["holds"] else f"no ({data['code']})" if data.get("code") else "no"
    return f"{data['item']} in {where}" if where else data["item"], "not known", _with_note(holds, data.get("note"))


def _with_note(text: str, note: str | None) -> str:
    return f"{text}: {note}" if note else text


def _refresh(data: EventData) -> Change:
    return "Market registration", "", "to be looked at again"


register("meter.activated", _activated)
register("meter.registration_refresh_requested", _refresh)
register("meter.activation_ended", _ended)
register("meter.check_recorded", _recorded)
