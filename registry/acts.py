"""Every act of this app, with the sentence people read after the actor's name."""

ACTS = {
    "artefact.registered": "registered “{subject}”",
    "artefact.changed": "changed what is said of “{subject}”: {reason}",
    "artefact_version.registered": "registered the version “{subject}”",
    "artefact_version.linked": "added an input to “{subject}”: {reason}",
    "artefact_version.checked": "recorded a check of “{subject}”",
    "artefact_version.found_faulty": "found “{subject}” faulty: {reason}",
    "artefact_version.cleared": "cleared “{subject}”: {reason}",
    "artefact_version.retired": "retired “{subject}”: {reason}",
    "profile.recorded": "recorded the “{subject}”",
    "change.announced": "announced the “{subject}”",
    "change.confirmed": "confirmed “{subject}” after a change upstream: {reason}",
    "change.objected": "objected for “{subject}” to a change upstream: {reason}",
}
# The legal moves of a version's state.
MOVES = {
    "ArtefactVersion": {
        "registered": {"faulty", "retired"},
        "faulty": {"registered", "retired"},
        "retired": {"registered"},
    },
}
