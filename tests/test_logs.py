"""Logs are JSON lines on standard output, each with its request id."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import structlog
from crispmlq import logs
logs.configure("INFO")
structlog.contextvars.bind_contextvars(request_id="r1")
structlog.get_logger("x").info("said", times=2)
"""


def test_a_line_says_what_happened_and_in_which_request(tmp_path: Path) -> None:
    environment = {**os.environ, "CRISPMLQ_VAR_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment, check=True)
    line = json.loads(done.stdout)
    assert (line["event"], line["times"], line["request_id"], line["level"]) == ("said", 2, "r1", "info")
    assert done.stderr == ""
