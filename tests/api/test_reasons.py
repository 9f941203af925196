"""What is put off, accepted, changed or taken back needs a reason, at every door of the API."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Event
from projects.models import Risk
from tests import walk
from tests.cast import Cast

ASKED = [
    ("mara", "hold", {"condition": "Data is there."}),
    ("sven", "stop", {}),
    ("dana", "tasks/define-scope/not-applicable", {}),
    ("dana", "tasks/define-scope/return", {}),
    ("mara", "gates/gate-1-feasibility/checks/g1-aligned/waivers", {"expires_on": "2099-01-01"}),
    ("sven", "risks/{risk}/acceptance", {"until": "2099-01-01"}),
    ("mara", "criteria/recall/versions", {}),
    ("mara", "iterations", {"to_phase": 1, "tasks": ["define-scope"], "origin": "modelling"}),
]


@pytest.mark.parametrize(("who", "path", "body"), ASKED)
def test_without_a_reason_it_is_refused_and_nothing_is_told(
    cast: Cast, api: Any, who: str, path: str, body: dict[str, Any]
) -> None:
    walk.approve_criteria(cast)
    before = Event.objects.count()
    path = path.format(risk=Risk.objects.filter(project=cast.project).first().key)
    answer = api(who, "post", path, {**body, "reason": "  "})
    assert answer.status_code == 422, (answer.status_code, answer.content)
    assert "reason" in answer.json()["errors"]
    assert Event.objects.count() == before
