"""Every act of this app, with the sentence people read in the history."""

ACTS = {
    "release.planned": "planned {subject}: {reason}",
    "increment.begun": "began to serve {subject}",
    "increment.passed": "let {subject} pass: {reason}",
    "increment.stopped": "stopped at {subject}: {reason}",
    "serving.rolled_back": "rolled back to {subject}: {reason}",
    "serving.fallen_back": "fell back to {subject}: {reason}",
    "serving.switched_off": "switched the service off: {reason}",
}
