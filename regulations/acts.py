"""Acts of this app, and how they are told."""

ACTS = {
    "regulation.loaded": "loaded “{subject}”",
    "entry.recorded": "recorded “{subject}” for the regulations",
    "entry.replaced": "replaced the entry “{subject}”: {reason}",
    "entry.withdrawn": "withdrew the entry “{subject}”: {reason}",
    "regulation.put_in_force": "put “{subject}” into force: {reason}",
    "classification.begun": "began {subject}",
    "classification.answered": "answered questions of {subject}",
    "classification.roles_set": "said which roles there are in {subject}",
    "classification.signed": "signed {subject}",
    "classification.withdrawn": "withdrew {subject}: {reason}",
    "obligation.confirmed": "said how the obligation stands: “{subject}”",
    "obligations.assigned": "gave obligations into hands",
}
