"""Acts of this app, and how they are told."""

ACTS = {
    "regulation.loaded": "loaded “{subject}”",
    "regulation.put_in_force": "put “{subject}” into force: {reason}",
}
