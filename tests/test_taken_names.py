"""A name that somebody takes between the look and the write is refused like any taken name."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from accounts.services import users
from audit import SYSTEM
from crispmlq.errors import Invalid
from projects.models import Project
from projects.services import projects
from tests.cast import Cast


def test_a_project_whose_short_name_is_taken_meanwhile_is_refused(cast: Cast, monkeypatch: Any) -> None:
    seen = iter([False, True])
    monkeypatch.setattr(Project.objects, "filter", lambda **_: Looked(next(seen)), raising=False)
    with pytest.raises(Invalid) as refusal:
        projects.create(slug="churn", name="N", purpose="P.", by=cast.mara)
    assert list(refusal.value.errors) == ["slug"]


def test_an_account_whose_name_is_taken_meanwhile_is_refused(cast: Cast, monkeypatch: Any) -> None:
    seen = iter([False, True])
    monkeypatch.setattr(User.objects, "filter", lambda **_: Looked(next(seen)), raising=False)
    with pytest.raises(Invalid) as refusal:
        users.create(username="mara", display_name="M", password="quite a long one", by=SYSTEM)
    assert list(refusal.value.errors) == ["username"]


class Looked:
    def __init__(self, is_there: bool) -> None:
        self.is_there = is_there

    def exists(self) -> bool:
        return self.is_there
