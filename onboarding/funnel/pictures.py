"""The funnel as a picture: a bar for each step, from top to bottom."""

from onboarding.connect.choices import Reached
from onboarding.funnel.counts import Funnel
from portal.web.charts import Bar, Bars, Tone, bar_parts


def picture_of(funnel: Funnel) -> Bars:
    """The picture of a funnel that somebody has opened a link for."""
    customers = f"{funnel.opened:,} customer{'s' * (funnel.opened != 1)}"
    text = f"Of {customers}, {funnel.step(Reached.AUTHORIZED).reached:,} authorized a utility and "
    text += f"{funnel.step(Reached.METER).reached:,} have a meter."
    legend = [(Tone.ACCENT, "Completed the step")]
    if any(step.not_asked for step in funnel.steps):
        legend.append((Tone.SOFT, "Not asked: not part of their link"))
    return Bars("Customer progress", text, [_bar(funnel, step) for step in Reached], legend)


def _bar(funnel: Funnel, step: Reached) -> Bar:
    count, share = funnel.step(step), funnel.share(step)
    percent = f" ({share:.0%})" if share is not None and step != Reached.OPENED else ""
    others = [
        (count.stopped, "stopped here"),
        (count.under_way, "under way"),
        (count.not_asked, "not asked"),
    ]
    parts = [
        (Tone.ACCENT, count.reached, f"{count.reached:,} completed the step"),
        (Tone.SOFT, count.not_asked, f"{count.not_asked:,} not asked"),
    ]
    return Bar(
        str(step.label),
        f"{count.reached:,}{percent}",
        bar_parts(funnel.opened, parts),
        note=", ".join(f"{number:,} {what}" for number, what in others if number),
    )
