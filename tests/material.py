"""Logged runs, and the versions they name, for tests of experiments and releases."""

from __future__ import annotations

from typing import Any

from experiments.models import Run
from experiments.services import runs
from tests import artefacts
from tests.cast import Cast

RUN = {"modification": "Deeper tree.", "cause": "It was too simple.", "dataset": "train@1", "code": "trainer@1"}


def material(cast: Cast) -> None:
    """Training data, a blind test set, code, and a model made from them."""
    artefacts.version(cast, "dataset", "train@1", role="prepared")
    artefacts.version(cast, "dataset", "blind@1", role="test")
    artefacts.version(cast, "code", "trainer@1")
    model(cast, "model@1")


def model(cast: Cast, ref: str, *further: str) -> None:
    artefacts.version(cast, "model", ref, "train@1", "trainer@1", *further)


def new_run(**given: Any) -> runs.NewRun:
    return runs.NewRun(**RUN | given)


def outcome(value: str = "0.9", model: str = "model@1", metric: str = "recall") -> runs.Outcome:
    return runs.Outcome([{"metric": metric, "value": value, "split": "validation"}], model)


def run(cast: Cast, value: str = "0.9", model: str = "", metric: str = "recall", **given: Any) -> Run:
    return runs.log(
        project=cast.project, run=new_run(**given), outcome=outcome(value, model, metric), by=cast.dana
    )  # fmt: skip
