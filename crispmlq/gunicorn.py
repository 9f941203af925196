"""Configuration of the web server: `gunicorn -c python:crispmlq.gunicorn crispmlq.wsgi`.

In the embedded shape (no `REDIS_URL`) the only worker process also does the background work, in two threads.
"""

from __future__ import annotations

import os
import threading
from typing import Any

from crispmlq.environment import env, envint, envsecret

EMBEDDED = not envsecret("REDIS_URL")

bind = f"{env('HOST', '127.0.0.1')}:{envint('PORT', 8000, least=1)}"
workers = 1 if EMBEDDED else envint("CRISPMLQ_WORKERS", 2, least=1)
threads = envint("CRISPMLQ_THREADS", 8, least=1)
worker_class = "gthread"
timeout = 60
graceful_timeout = 20
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - heartbeats in memory

_running: list[Any] = []


def post_worker_init(worker: Any) -> None:
    _require_guards()
    if not EMBEDDED:
        return
    from celery.beat import Scheduler, Service
    from celery.worker import WorkController

    from crispmlq.celery import app
    from jobs import queue

    app.set_current()
    app.set_default()
    controller = WorkController(app=app, pool_cls="threads", concurrency=1, without_mingle=True, without_gossip=True)
    beat = Service(app, scheduler_cls=Scheduler)
    _running.extend([controller, beat])
    threading.Thread(target=controller.start, name="work", daemon=True).start()
    threading.Thread(target=beat.start, kwargs={"embedded_process": False}, name="beat", daemon=True).start()
    queue.send_unfinished()


def _require_guards() -> None:
    """A server whose database no longer guards the trail does not start."""
    from gunicorn.errors import AppImportError

    from audit.checks import guards_are_installed

    for error in guards_are_installed(databases=["default"]):
        raise AppImportError(f"{error.msg} {error.hint}")


def worker_exit(server: Any, worker: Any) -> None:
    while _running:
        _running.pop().stop()
