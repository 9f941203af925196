"""Runs: logged with what was changed and why, finished or failed, and chosen or rejected. None is ever taken away."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils import timezone

from audit.canon import decimal_of, decimal_text
from crispmlq.errors import Conflict, Invalid
from experiments.models import Run
from experiments.services.versions import labelled
from projects.services.doing import doing, required_text
from projects.services.measurements import CLOCK_TOLERANCE
from projects.states import require_move

if TYPE_CHECKING:
    from accounts.actors import Actor
    from projects.models import Project

SPLITS = ("training", "validation")
MOST = 500  # parameters or metrics of one run


@dataclass(frozen=True)
class NewRun:
    """What a run begins with. Versions are named `<artefact>@<version>`; `parent` is the number of an earlier run."""

    modification: str
    cause: str
    dataset: str
    code: str
    configuration: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    seed: int | None = None
    parent: int | None = None
    is_baseline: bool = False
    started_at: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """How a run ended. `metrics` are rows {"metric", "value", "split"}; a failed run says in `note` what went wrong."""

    metrics: list[dict[str, Any]] = field(default_factory=list)
    model: str = ""
    note: str = ""
    failed: bool = False


def log(*, project: Project, run: NewRun, by: Actor, outcome: Outcome | None = None) -> Run:
    """Enter a run that begins, or with `outcome` one that has ended.

    Raises:
        Invalid: no modification or cause, a version that is not registered or of another kind, a parent there is not,
            parameters or metrics that can not be stored; the test set as training data.
    """
    modification = required_text(run.modification, "modification", "Say what differs from the run before.", 2000)
    cause = required_text(run.cause, "cause", "Say why it was changed, and what you expect of it.", 2000)
    with doing("run.logged", by=by, on=project, right="work", alone=True) as now:
        row = Run(
            project=now.project, number=_next_number(now.project), modification=modification, cause=cause,
            parent=_parent(now.project, run.parent), is_baseline=run.is_baseline, iteration=now.project.iteration,
            dataset=_training_data(now.project, run.dataset), code=labelled(now.project, run.code, "code", "code"),
            configuration=labelled(now.project, run.configuration, "configuration", "configuration")
            if run.configuration else None,
            parameters=_parameters(run.parameters), seed=run.seed, started_at=_past(run.started_at, now.act.at),
            recorded_by_id=by.user.pk, by_machine=by.is_machine,
        )  # fmt: skip
        if outcome is not None:
            _end(row, outcome, now.act.at)
        row.save()
        now.act.subject = row
        return row


def finish(*, run: Run, outcome: Outcome, by: Actor) -> Run:
    """End a run that was logged at its beginning. Raises: Invalid: as `log`. IllegalMove."""
    with doing("run.ended", by=by, on=run, right="work") as now:
        require_move(now.row, Run.State.FAILED if outcome.failed else Run.State.FINISHED)
        _end(now.row, outcome, now.act.at)
        now.row.save()
        return now.row


def judge(*, run: Run, verdict: str, reason: str, by: Actor) -> Run:
    """Choose a run's model as candidate, or reject it, with the reason that stays on record.

    Raises: Invalid: no reason, or a verdict there is not. Conflict: it has not ended, or is judged like this already.
    """
    reason = required_text(reason, "reason", "Say what the choice rests on.")
    if verdict not in {Run.Verdict.CHOSEN, Run.Verdict.REJECTED}:
        raise Invalid("Choose or reject.", errors={"verdict": ["One of chosen, rejected."]})
    with doing(f"run.{verdict}", by=by, on=run, right="rate risks", reason=reason) as now:
        if now.row.state == Run.State.RUNNING:
            raise Conflict("This run has not ended yet.", state=now.row.state)
        if verdict == Run.Verdict.CHOSEN and now.row.model_id is None:
            raise Conflict("This run brought no model that could be chosen.")
        if now.row.verdict == verdict:
            raise Conflict("It is judged like this already.")
        now.row.verdict, now.row.verdict_reason, now.row.judged_by_id = verdict, reason, by.user.pk
        now.row.save(update_fields=["verdict", "verdict_reason", "judged_by"])
        return now.row


def _end(row: Run, outcome: Outcome, at: datetime) -> None:
    row.state = Run.State.FAILED if outcome.failed else Run.State.FINISHED
    row.note = outcome.note.strip()
    if outcome.failed:
        required_text(outcome.note, "note", "Say what went wrong; failures are kept to learn from.")
    elif not outcome.metrics:
        raise Invalid("A finished run has a result.", errors={"metrics": ["Give at least one value."]})
    row.metrics = [_metric(number, each) for number, each in enumerate(_few(outcome.metrics, "metrics"), 1)]
    row.model = labelled(row.project, outcome.model, "model", "model") if outcome.model else None
    row.finished_at = at


def _metric(number: int, row: dict[str, Any]) -> dict[str, str]:
    name, split = str(row.get("metric", "")).strip(), str(row.get("split", ""))
    if not name or len(name) > 120:
        raise Invalid("Name each metric.", errors={"metrics": [f"Row {number}: name the metric in 120 characters."]})
    if split not in SPLITS:
        sentence = f"Row {number}: say on what it was measured, {' or '.join(SPLITS)}; the test set has its own log."
        raise Invalid("Each value has a split.", errors={"metrics": [sentence]})
    try:
        value = decimal_of(str(row.get("value", "")).strip())
    except ValueError:
        raise Invalid("Give numbers.", errors={"metrics": [f"Row {number}: the value is no number."]}) from None
    return {"metric": name, "value": decimal_text(value), "split": split}


def _parameters(given: dict[str, Any]) -> dict[str, str]:
    kept = {str(name).strip(): str(value).strip() for name, value in _few(given, "parameters").items()}
    if any(not name or len(name) > 120 or len(value) > 500 for name, value in kept.items()):
        raise Invalid("Use short names and values.", errors={"parameters": ["Names up to 120, values up to 500."]})
    return kept


def _few(given: Any, name: str) -> Any:
    if len(given) > MOST:
        raise Invalid(f"At most {MOST} fit.", errors={name: [f"At most {MOST}; attach a file for more."]})
    return given


def _training_data(project: Project, label: str) -> Any:
    version = labelled(project, label, "dataset", "dataset")
    if version.fields.get("role") == "test":
        sentence = f"{version} is a test set; nothing is trained on it."
        raise Invalid(sentence, errors={"dataset": [sentence]})
    return version


def _parent(project: Project, number: int | None) -> Run | None:
    if number is None:
        return None
    found = project.run_set.filter(number=number).first()
    if found is None:
        raise Invalid("There is no such run.", errors={"parent": ["There is no run of this number."]})
    return found


def _past(given: datetime | None, at: datetime) -> datetime:
    if given is not None and given > timezone.now() + CLOCK_TOLERANCE:
        raise Invalid("This lies in the future.", errors={"started_at": ["This lies in the future."]})
    return given or at


def _next_number(project: Project) -> int:
    return (project.run_set.aggregate(newest=Max("number"))["newest"] or 0) + 1
