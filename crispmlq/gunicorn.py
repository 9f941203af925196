"""gunicorn's configuration. Without Redis, one worker process also runs the background jobs in a thread."""

from __future__ import annotations

import os
import threading
from typing import Any

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
embedded = not (os.environ.get("REDIS_URL") or os.environ.get("REDIS_URL_FILE"))
workers = 1 if embedded else int(os.environ.get("WEB_CONCURRENCY", "3"))
threads = 8
control_socket_disable = True
_controllers: list[Any] = []


def post_worker_init(worker: Any) -> None:
    if embedded:
        _start_jobs()


def worker_exit(server: Any, worker: Any) -> None:
    for controller in _controllers:
        controller.stop()


def _start_jobs() -> None:
    from celery.worker import WorkController

    from crispmlq.celery import app
    from jobs import queue
    from jobs.tasks import run_job

    app.finalize()
    controller = WorkController(app=app, pool_cls="threads", concurrency=1, without_gossip=True, without_mingle=True)
    _controllers.append(controller)
    threading.Thread(target=controller.start, name="jobs", daemon=True).start()
    for job_id in queue.put_back_unfinished():
        run_job.delay(str(job_id))
