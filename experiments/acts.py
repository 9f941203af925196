"""Every act of this app, with the sentence people read in the history."""

ACTS = {
    "run.logged": "logged {subject}",
    "run.ended": "entered the end of {subject}",
    "run.chosen": "chose {subject}: {reason}",
    "run.rejected": "rejected {subject}: {reason}",
    "test_set.used": "evaluated a model: {subject}",
    "handover.requested": "asked for the {subject}: {reason}",
    "handover.signed": "signed the {subject}: {reason}",
    "handover.refused": "refused the {subject}: {reason}",
}
