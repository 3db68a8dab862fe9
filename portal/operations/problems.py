"""The problem codes of what staff do with jobs."""

from portal.problems import ProblemKind, register

register(
    ProblemKind(
        "JOB_NOT_FAILED",
        "Job hasn’t failed",
        "This job is no longer in the list of failed jobs.",
        "Reload the page to see what became of it.",
    ),
    ProblemKind(
        "JOB_OPEN",
        "Already queued",
        "Another job of the same kind for the same subject is waiting or running.",
        "Drop this one.",
    ),
    ProblemKind(
        "JOB_ENDED_WITH_SUBJECT",
        "Can’t run again",
        "When this job failed, the portal told the people waiting for it, and they may have started over.",
        "Ask them to repeat the action, then drop this job.",
    ),
)
