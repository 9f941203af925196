"""What the API keeps, and for how long; its own pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from api import docs
from api.models import IdempotencyKey
from api.tasks import forget_idempotency_keys
from crispmlq.celery import app
from tests.cast import Cast


def test_keys_are_forgotten_after_seven_days(cast: Cast) -> None:
    now = timezone.now()
    for key, days in (("old", 8), ("young", 6)):
        with time_machine.travel(now - timedelta(days=days), tick=False):
            IdempotencyKey.objects.create(user=cast.mara.user, key=key, request_sha256="0" * 64)
    forget_idempotency_keys()
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["young"]


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_the_contract_is_made_once_and_only_read(monkeypatch: Any) -> None:
    docs._contract.cache_clear()
    made = []
    generator = docs.SchemaGenerator
    monkeypatch.setattr(docs, "SchemaGenerator", lambda: made.append(1) or generator())
    assert [Client().get("/api/v1/docs").status_code for _ in range(2)] == [200, 200]
    assert len(made) == 1
    assert Client().post("/api/v1/docs").status_code == 405
