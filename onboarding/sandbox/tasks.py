"""The job that empties a sandbox and fills it with made-up data."""

import time
from typing import Final

from onboarding.sandbox.emptying import delete_some
from onboarding.sandbox.filling import BY, NotYet, steps, take
from portal.events.domain import record
from portal.jobs.domain import Run, YieldToOthers, job_handler
from portal.partners.models import Partner
from portal.partners.sandboxes import FILL, begin_log_anew
from portal.web import clock

_WAIT_SECONDS: Final = 0.2


@job_handler(FILL)
def fill_sandbox(run: Run) -> None:
    """Delete what is there, begin the log anew, take the steps, then open the sandbox. Each piece and each step is a
    chunk with its checkpoint, so that a job that is killed goes on where it was."""
    sandbox = Partner.objects.select_related("sandbox_of").filter(pk=run.job.subject_id).first()
    if sandbox is None or not sandbox.is_being_filled:
        return  # a worker opened it and died before it could end the job
    while "step" not in run.checkpoint:
        _empty(run, sandbox)
        run.yield_to_other_partners()
    while _take_step(run, sandbox):
        run.yield_to_other_partners()


def _empty(run: Run, sandbox: Partner) -> None:
    """Delete a piece. The sandbox is empty once all piles, from the first one on, have no rows left."""
    with run.chunk() as chunk:
        begin = chunk.checkpoint.get("pile", 0)
        place, deleted = delete_some(sandbox, besides=run.job, begin=begin)
        chunk.done += deleted
        chunk.checkpoint = {"pile": place if deleted else 0}
        if not deleted and not begin:
            begin_log_anew(sandbox)
            chunk.checkpoint, chunk.done, chunk.total = {"step": 0, "left_out": []}, 0, len(steps())


def _take_step(run: Run, sandbox: Partner) -> bool:
    """Take the next step; False when the last one was taken, and the sandbox is open. A step that waits for another job
    lets the worker run that one."""
    try:
        with run.chunk() as chunk:
            number, left_out, all_steps = chunk.checkpoint["step"], chunk.checkpoint["left_out"], steps()
            if number < len(all_steps):
                if not take(all_steps[number], sandbox):
                    left_out = [*left_out, all_steps[number].name]
                chunk.checkpoint, chunk.done = {"step": number + 1, "left_out": left_out}, number + 1
                return True
            Partner.objects.filter(pk=sandbox.pk).update(filled_at=clock.now())
            record("partner.sandbox_filled", subject=sandbox, partner=sandbox, by=BY, data={"left_out": left_out})
    except NotYet:
        time.sleep(_WAIT_SECONDS)
        raise YieldToOthers from None
    return False
