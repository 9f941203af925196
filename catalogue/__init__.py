"""The process as data: phases, tasks, risks, QA methods, documents and gates of CRISP-ML(Q), in versions."""

# Names of the gate rules that exist. The app that implements them fills this set when it is ready; while it is empty
# the loader can not tell whether a check names a rule that exists.
rules_registered: set[str] = set()
