"""The integrity page: what was given to others, how old it is, and a warning when it is too old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from audit import anchoring, sealing
from projects.services import projects
from tests.cast import Cast


@pytest.fixture(autouse=True)
def _sealed(cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_STATE_FILE = tmp_path / "state"
    sealing.seal_all()


def page(cast: Cast) -> str:
    client = Client()
    client.force_login(cast.ada.user)
    return client.get("/projects/churn/integrity").content.decode()


def test_it_says_that_no_anchor_is_configured(cast: Cast) -> None:
    assert "None is configured" in page(cast)


def test_a_fresh_anchor_is_shown_with_its_age(cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_ANCHOR_FOLDER = str(tmp_path)
    assert "nothing was anchored yet" in page(cast)
    anchoring.anchor()
    shown = page(cast)
    assert "Folder" in shown
    assert "Anchored" in shown
    assert "just now" in shown
    assert "Older than a day" not in shown
    settings.AUDIT_ANCHOR_FOLDER = ""
    assert "Not configured any more" in page(cast)


def test_an_old_anchor_is_a_warning(cast: Cast, settings: Any, tmp_path: Path, time_machine: Any) -> None:
    settings.AUDIT_ANCHOR_FOLDER = str(tmp_path)
    anchoring.anchor()
    projects.change(project=cast.project, purpose="Another.", by=cast.mara)
    sealing.seal_all()
    time_machine.move_to(datetime.now(UTC) + timedelta(hours=11))
    assert "Older than a day" not in page(cast)
    time_machine.move_to(datetime.now(UTC) + timedelta(hours=14))
    client = Client()
    client.force_login(cast.ada.user)
    shown = client.get("/projects/churn/integrity").content.decode()
    assert "Older than a day" in shown
    assert "audit_anchor --now" in shown
