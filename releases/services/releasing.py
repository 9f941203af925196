"""Releases: planned for a version that was decided on, and rolled out step by step.

Source: Studer et al. 2021, section 3.5 (deployment strategy) and 3.6 (every update is evaluated in full).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from crispmlq.errors import Conflict, Invalid
from experiments.models import Run
from experiments.services.versions import labelled
from projects.models import Decision, Gate, Project
from projects.services import risks
from projects.services.doing import Doing, doing, required_text
from projects.services.projects import SLUG
from projects.states import require_move
from registry import lineage
from releases import selectors
from releases.models import Increment, Release, Serving
from releases.services import serving

if TYPE_CHECKING:
    from accounts.actors import Actor
    from registry.models import ArtefactVersion

EVERYBODY = 100
RELEASE_PHASE = 5


class NotReleasable(Conflict):
    code, title = "not_releasable", "Can not be released"


@dataclass(frozen=True)
class Step:
    """`share` in percent, and what is seen when the step has to be stopped."""

    share: int
    stop_condition: str


@dataclass(frozen=True)
class Plan:
    """What is released, and how. Versions are named `<artefact>@<version>`; `steps` grow to 100 percent."""

    model: str
    pipeline: str
    configuration: str
    purpose: str
    steps: list[Step] = field(default_factory=list)
    service: str = ""
    deployment: str = "production"
    single_step_reason: str = ""
    pipeline_reason: str = ""  # of a pipeline other than the one the model was made by


def plan(*, project: Project, plan: Plan, by: Actor) -> Release:
    """Plan the roll-out of a model version.

    A plan with one step for everybody needs a reason, which enters a risk into the register.

    Raises:
        Invalid: versions not registered, no purpose, steps that do not grow to 100 or have no stop condition.
        NotReleasable: a proof of concept; gate 4 was not passed with this very version; it comes from no logged run;
            nobody owns the model; it was found faulty; another release of the deployment is under way.
    """
    purpose = required_text(plan.purpose, "purpose", "Say what the release is to bring.", 2000)
    with doing("release.planned", by=by, on=project, right="release", reason=purpose, alone=True) as now:
        model = labelled(now.project, plan.model, "model", "model")
        pipeline = labelled(now.project, plan.pipeline, "pipeline", "pipeline")
        configuration = labelled(now.project, plan.configuration, "configuration", "configuration")
        service = labelled(now.project, plan.service, "service", "service") if plan.service else None
        _require_deployment(now.project, plan.deployment)
        steps = _sound_steps(plan)
        _require_same_pipeline(model, pipeline, plan.pipeline_reason)
        decision = _decision(now.project, model)
        row = Release(
            project=now.project, number=_next_number(now.project), model=model, pipeline=pipeline,
            configuration=configuration, service=service, decision=decision, deployment=plan.deployment,
            purpose=purpose, single_step_reason=plan.single_step_reason.strip() if len(steps) == 1 else "",
            pipeline_reason=plan.pipeline_reason.strip(),
            released_by_id=by.user.pk, released_at=now.act.at,
        )  # fmt: skip
        row.save()
        Increment.objects.bulk_create(
            Increment(
                project=now.project, release=row, position=position, share=step.share,
                stop_condition=step.stop_condition.strip(),
            )
            for position, step in enumerate(steps, 1)
        )  # fmt: skip
        now.act.subject = row
        if len(steps) == 1:
            _enter_risk(now, row)
        return row


def begin(*, increment: Increment, by: Actor) -> Increment:
    """Let the step begin; with the first one the version is served.

    Raises:
        Conflict: the step before it has not passed, or the release was stopped. IllegalMove.
        NotReleasable: gate 5 is not passed with this version.
    """
    with doing("increment.begun", by=by, on=increment, right="release", alone=True) as now:
        row, release = now.row, now.row.release
        require_move(row, Increment.State.RUNNING)
        _require_turn(row, release)
        _require_released(now.project, release)
        row.state, row.begun_at = Increment.State.RUNNING, now.act.at
        row.save(update_fields=["state", "begun_at"])
        if release.state == Release.State.PLANNED:
            _move(release, Release.State.ROLLING_OUT)
            serving.put(
                now, release.deployment, serving.Target(Serving.Kind.RELEASE, release, release.model),
                release.purpose, by,
            )  # fmt: skip
        return row


def end(*, increment: Increment, result: str, by: Actor, stopped: bool = False) -> Increment:
    """Enter what a step showed. The last one that passes completes the release; a stopped one ends it.

    Raises: Invalid: no result. IllegalMove: it is not running.
    """
    result = required_text(result, "result", "Say what this step showed.")
    name = "increment.stopped" if stopped else "increment.passed"
    with doing(name, by=by, on=increment, right="release", reason=result, alone=True) as now:
        row, release = now.row, now.row.release
        state = Increment.State.STOPPED if stopped else Increment.State.PASSED
        require_move(row, state)
        row.state, row.result, row.ended_at = state, result, now.act.at
        row.save(update_fields=["state", "result", "ended_at"])
        if stopped:
            _move(release, Release.State.STOPPED)
        elif not release.increments.exclude(state=Increment.State.PASSED).exists():
            _move(release, Release.State.COMPLETE)
        return row


def _decision(project: Project, model: ArtefactVersion) -> Any:
    if project.kind == Project.Kind.PROOF_OF_CONCEPT:
        raise NotReleasable("A proof of concept is never released; make it a full project first.")
    if model.state != model.State.REGISTERED:
        raise NotReleasable(f"{model} is {model.get_state_display().lower()}: {model.state_reason}")
    if model.artefact.owner_id is None:
        raise NotReleasable(f"Nobody owns “{model.artefact}”. Name the person who is told when something goes wrong.")
    if not Run.objects.filter(project=project, model=model).exists():
        raise NotReleasable(f"{model} comes from no logged run; log the run that brought it.")
    decision = selectors.passing_decision(project, model)
    if decision is None:
        raise NotReleasable(
            f"Gate 4 was not passed with {model}. Every version is evaluated in full before it is released.",
            passed=selectors.passed_versions(project),
        )
    return decision


def _sound_steps(plan: Plan) -> list[Step]:
    shares = [step.share for step in plan.steps]
    if not shares or shares[-1] != EVERYBODY or shares != sorted(set(shares)) or shares[0] < 1:
        sentence = "Give steps whose shares grow from at least 1 to 100 percent."
        raise Invalid("The steps do not lead to everybody.", errors={"steps": [sentence]})
    if any(not step.stop_condition.strip() for step in plan.steps):
        raise Invalid("Each step needs a stop condition.", errors={"steps": ["Say for each step when it is stopped."]})
    if len(shares) == 1 and not plan.single_step_reason.strip():
        sentence = "Say why it goes to everybody at once; the reason enters the risk register."
        raise Invalid("Roll out in steps.", errors={"single_step_reason": [sentence]})
    return plan.steps


def _require_same_pipeline(model: ArtefactVersion, pipeline: ArtefactVersion, reason: str) -> None:
    """The pipeline is the one the model was made by, as far as its lineage says, or there is a reason."""
    made_by = list(lineage.upstream([model.pk]).filter(artefact__kind="pipeline"))
    if made_by and pipeline not in made_by and not reason.strip():
        named = ", ".join(sorted(map(str, made_by)))
        sentence = f"{model} was made by {named}. Say why {pipeline} brings it into service."
        raise Invalid("This is another pipeline.", errors={"pipeline_reason": [sentence]})


def _require_deployment(project: Project, deployment: str) -> None:
    if not SLUG.fullmatch(deployment) or len(deployment) > 60:
        sentence = "Use up to 60 small letters and digits, with single hyphens between them."
        raise Invalid("Name the deployment.", errors={"deployment": [sentence]})
    under_way = [Release.State.PLANNED, Release.State.ROLLING_OUT]
    if Release.objects.filter(project=project, deployment=deployment, state__in=under_way).exists():
        raise NotReleasable("Another release of this deployment is under way; end it first.")


def _require_turn(row: Increment, release: Release) -> None:
    if release.state == Release.State.STOPPED:
        raise Conflict("This release was stopped.")
    if release.increments.filter(position__lt=row.position).exclude(state=Increment.State.PASSED).exists():
        raise Conflict("The step before has no result yet.")


def _require_released(project: Project, release: Release) -> None:
    """Gate 5 stands passed with this very version."""
    gate = project.gate_set.get(phase__number=RELEASE_PHASE)
    passed = gate.decisions.filter(outcome=Decision.Outcome.PASS, evaluation__model_version=release.model.ref)
    if gate.state != Gate.State.PASSED or not passed.exists():
        raise NotReleasable(f"Gate 5 is not passed with {release.model}; it is served after that decision.")


def _move(release: Release, state: str) -> None:
    require_move(release, state)
    release.state = state
    release.save(update_fields=["state"])


def _enter_risk(now: Doing, release: Release) -> None:
    risks.enter(
        now,
        risks.Entry(
            key=f"own-single-step-{release.number}", phase=5, category="operational", severity="high",
            likelihood="possible", name=f"Release {release.number} reaches everybody at once",
            what_goes_wrong=f"An error meets all users at the same time. {release.single_step_reason}",
        ),
    )  # fmt: skip


def _next_number(project: Project) -> int:
    return (project.release_set.aggregate(newest=Max("number"))["newest"] or 0) + 1
