"""From a form's texts to what a service takes."""

from __future__ import annotations

from typing import Any

from crispmlq.errors import Invalid
from projects.views.readers import Given
from releases.services.releasing import Plan, Step
from ui.numbers import whole


def plan(given: Given) -> dict[str, Any]:
    names = (
        "model", "pipeline", "configuration", "purpose", "service", "deployment", "single_step_reason",
        "pipeline_reason",
    )  # fmt: skip
    return {"plan": Plan(**{name: given.get(name, "") for name in names}, steps=_steps(given))}


def ending(given: Given) -> dict[str, Any]:
    return {"result": given.get("result", ""), "stopped": given.get("ending") == "stopped"}


def _steps(given: Given) -> list[Step]:
    """The filled rows of the form. Raises: Invalid: a share that is no whole number."""
    rows = zip(given.getlist("share"), given.getlist("stop_condition"), strict=False)
    filled = [(share.strip(), condition) for share, condition in rows if share.strip() or condition.strip()]
    steps = [Step(share, condition) for text, condition in filled if (share := whole(text)) is not None]
    if len(steps) < len(filled):
        raise Invalid("Give shares in percent.", errors={"share": ["Give whole numbers from 1 to 100."]})
    return steps
