"""Settings of `benchmarks/audit.py`: those of the tests, and the libraries to compare with, if installed."""

from importlib.util import find_spec

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS

ON_POSTGRESQL = "postgresql" in DATABASES["default"]["ENGINE"]
LIBRARIES = ["auditlog", "simple_history", *(["pgtrigger", "pghistory"] if ON_POSTGRESQL else [])]
INSTALLED_APPS = [*INSTALLED_APPS, *(name for name in LIBRARIES if find_spec(name)), "benchmarks.writes"]
