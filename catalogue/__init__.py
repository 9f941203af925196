"""The process as data: phases, tasks, risks, QA methods, documents and gates of CRISP-ML(Q), in versions."""
