"""Registered versions and logged runs, as a project has them."""

from __future__ import annotations

from typing import Any

from experiments.models import Run
from experiments.services import runs
from registry.models import Artefact, ArtefactVersion
from registry.services import artefacts, versions
from registry.services.references import Input
from tests.cast import Cast


def version(
    cast: Cast, ref: str, kind: str, fields: dict[str, Any] | None = None, inputs: tuple[str, ...] = ()
) -> ArtefactVersion:
    """`ref` is <artefact>@<version>; the artefact is registered when it is not there yet."""
    key, label = ref.split("@")
    artefact = Artefact.objects.filter(project=cast.project, key=key).first()
    if artefact is None:
        saying = artefacts.Saying(name=key, owner="olga")
        artefact = artefacts.register(project=cast.project, kind=kind, key=key, saying=saying, by=cast.dana)
    last = artefact.versions.last()
    has_hash = kind in {"dataset", "model"}
    draft = versions.Draft(
        label=label, sha256="ab" * 32 if has_hash else "", fields=fields or {},
        inputs=[Input(each) for each in inputs],
        parent=last.label if last and kind == "dataset" else "", reason="Next." if last else "",
    )  # fmt: skip
    return versions.register(artefact=artefact, draft=draft, by=cast.dana)


def material(cast: Cast) -> None:
    """Training data, a blind test set, code, and a model made from them; once."""
    if Artefact.objects.filter(project=cast.project, key="train").exists():
        return
    version(cast, "train@1", "dataset", {"role": "prepared"})
    version(cast, "blind@1", "dataset", {"role": "test"})
    version(cast, "trainer@1", "code")
    version(cast, "model@1", "model", inputs=("train@1", "trainer@1"))


RUN = {"modification": "Deeper tree.", "cause": "It was too simple.", "dataset": "train@1", "code": "trainer@1"}


def of_release(cast: Cast) -> None:
    """What a release names besides the model; once."""
    if not Artefact.objects.filter(project=cast.project, key="pipe").exists():
        version(cast, "pipe@1", "pipeline")
        version(cast, "conf@1", "configuration")


def new_run(**given: Any) -> runs.NewRun:
    return runs.NewRun(
        **{"modification": "Deeper tree.", "cause": "It was too simple.", "dataset": "train@1", "code": "trainer@1"}
        | given
    )


def outcome(value: str = "0.9", model: str = "model@1", metric: str = "recall") -> runs.Outcome:
    return runs.Outcome([{"metric": metric, "value": value, "split": "validation"}], model)


def run(cast: Cast, value: str = "0.9", model: str = "", **given: Any) -> Run:
    return runs.log(project=cast.project, run=new_run(**given), outcome=outcome(value, model), by=cast.dana)
