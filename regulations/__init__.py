"""Law and other frameworks as dated data: what applies to a project, and what its records say to it."""
