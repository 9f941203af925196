"""Walks the project through its phases by services, as people would."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalogue.definitions import of
from catalogue.document_kinds import DocumentKind
from experiments.models import TestSetUse
from experiments.services import runs, test_sets
from monitoring.models import Signal
from monitoring.services import operation, readings, signals
from projects.models import Document, Evaluation, Project, QAMethod, Revision, Risk, Task
from projects.services import criteria, documents, gates, measurements, qa_methods, requirements, risks, tasks
from registry.models import ArtefactVersion
from releases.models import Increment, Release
from releases.services import releasing
from tests import artefacts, classified, material
from tests.cast import Cast

SIGNALS = {"live-recall": "performance", "spare-memory": "technical"}
UNWELCOME = {"open-above-tolerance", "trigger-fired", "all-at-once"}
UNUSUAL = {"no-baseline-because", "all-at-once-because"}
# Options in favour of the gate where the first one is not.
FAVOURABLE = {"stage": "confirmed", "option": "baseline"}
# What several documents have to name alike.
SAME = {"assumption": "The world stays as it is.", "requirement": "Answers within a second.", "slice": "Women"}
REVIEWERS = ["dora", "milo", "dana", "sven", "olga", "mara", "enzo"]
# What is made anew in each turn bears the label of the turn.
FIRST = "v1"
MODEL, TEST_SET = f"churn-model@{FIRST}", "blind@1"
ANEW = {"data-version", "raw-version", "version", "identifier", "output-version", "test-set-version"}
COVERED = {"measures": "measure", "causes": "cause", "reviews": "phase"}  # a row for each option of the column
CRITERIA = {"retention": "business", "recall": "ml", "saving": "economic"}


def model_of(label: str) -> str:
    return f"churn-model@{label}"


def values_for(kind: DocumentKind, label: str = FIRST) -> dict[str, Any]:
    """Fitting values for every field of a kind, in favour of the gate, about what was made in the turn `label`."""
    return {field.key: _value(field, label) for field in kind.fields if _is_given(field)}


def _is_given(field: Any) -> bool:
    """Neither computed, nor asked only where something is out of the ordinary."""
    return not field.computed and not (field.required_when and field.key in UNUSUAL)


def _value(field: Any, label: str) -> Any:
    match field.type:
        case "table":
            return _rows(field, label)
        case "list":
            return ["one"]
        case "number" | "integer":
            return "3"
        case "date":
            return "2026-11-01"
        case "choice":
            return FAVOURABLE.get(field.key, field.options[0]["key"])
        case "yes_no":
            return "no" if field.key in UNWELCOME else "yes"
        case "sha256":
            return "a" * 64
        case "version":
            return model_of(label) if field.key == "model-version" else label if field.key in ANEW else FIRST
    return f"About {field.label.lower()}."


def _rows(field: Any, label: str) -> list[dict[str, Any]]:
    """Three rows that say the same, or one for each option of the column that is covered."""
    columns = [column for column in field.columns if not column.computed]
    row = {column.key: _cell(field, column, label) for column in columns}
    covered = next((c for c in columns if c.key == (field.covers or COVERED.get(field.key))), None)
    if covered:
        return [{**row, covered.key: option["key"]} for option in covered.options]
    return [row] * 3


def _cell(table: Any, column: Any, label: str) -> Any:
    if column.key == "with-it":
        return "4"
    if column.key == "decision" and table.key == "quarantine":
        return "discard"
    return SAME.get(column.key) or _value(column, label)


def accept_document(cast: Cast, kind: str, values: dict[str, Any] | None = None, reason: str = "") -> Revision:
    """Draft by the pipeline, submit, and accept by one person of each group."""
    definition = of(cast.project.catalogue).document_kinds[kind]
    revision = documents.draft(
        project=cast.project, kind=kind, fields=values or values_for(definition), by=cast.pipeline, change_reason=reason
    )
    documents.submit(revision=revision, by=cast.pipeline)
    review_all(cast, revision, documents.accept)
    revision.refresh_from_db()
    return revision


def review_all(cast: Cast, revision: Revision, service: Any) -> None:
    kind = of(cast.project.catalogue).document_kinds[revision.document.kind]
    for group in kind.review_roles:
        service(revision=revision, by=holder(cast, group))


def holder(cast: Cast, roles: Any) -> Any:
    from tests.cast import ROLES

    return next(cast.actors[name] for name in REVIEWERS if set(ROLES[name]) & set(roles))


def approve_criteria(cast: Cast) -> None:
    for key, level in CRITERIA.items():
        demand = criteria.Demand(
            metric=key, unit="1", direction="at_least", threshold=Decimal("0.9"), floor=Decimal("0.8"),
            method="As agreed.", justification="It fits.",
            owner_name="Dora", supports=None if level == "business" else "retention",
        )  # fmt: skip
        version = criteria.propose(project=cast.project, key=key, level=level, name=key, demand=demand, by=cast.mara)
        criteria.approve(version=version, by=cast.dora)


def measure(
    cast: Cast, environment: str, value: str = "0.95", keys: Any = CRITERIA, label: str = FIRST
) -> None:  # fmt: skip
    blind = {"subject_version": model_of(label), "dataset": TEST_SET} if environment == "test" else {}
    if blind:
        evaluate(cast, label)
    for criterion in cast.project.criterion_set.filter(key__in=keys):
        reading = measurements.Reading(
            value=Decimal(value), unit="1", environment=environment, measured_at=timezone.now(), **blind
        )
        measurements.record(criterion=criterion, reading=reading, by=cast.pipeline)


def experiment(cast: Cast, label: str = FIRST) -> None:
    """Two runs on registered versions: a baseline, and a candidate that is chosen."""
    on = {"dataset": f"prepared@{label}", "code": "training@1", "configuration": "params@1"}
    measured = {"metric": "About metric."}  # as the plan of measures has it here
    material.run(cast, "0.5", **measured, is_baseline=True, **on)
    candidate = material.run(cast, "0.95", model_of(label), **measured, **on)
    runs.judge(run=candidate, verdict="chosen", reason="Beats the baseline.", by=cast.dora)


def evaluate(cast: Cast, label: str = FIRST) -> None:
    """Enter that the model is evaluated on the test set; once."""
    for number in range(1, 5):
        register(cast, number, label)
    model = model_of(label)
    if not TestSetUse.objects.filter(project=cast.project, model__ref=model, test_set__ref=TEST_SET).exists():
        test_sets.use(
            project=cast.project, test_set=TEST_SET, model=model, purpose="Final word.",
            disjointness="No customer stands in both.", by=cast.pipeline,
        )  # fmt: skip


def plan_release(cast: Cast, label: str = FIRST) -> None:
    """Plan the release of the model in two steps, unless one is under way; of a proof of concept there is none."""
    if Project.objects.get(pk=cast.project.pk).kind == Project.Kind.PROOF_OF_CONCEPT:
        return
    if not Release.objects.filter(project=cast.project, state__in=["planned", "rolling_out"]).exists():
        plan = releasing.Plan(
            model=model_of(label), pipeline="pipe@1", configuration="params@1", purpose="Keep more customers.",
            steps=[releasing.Step(10, "Errors above 2 %."), releasing.Step(100, "Errors above 1 %.")],
        )  # fmt: skip
        releasing.plan(project=cast.project, plan=plan, by=cast.enzo)


def roll_out(cast: Cast) -> None:
    """Every step of the release that is planned."""
    for increment in Increment.objects.filter(project=cast.project, state="planned").order_by("position"):
        releasing.begin(increment=increment, by=cast.enzo)
        releasing.end(increment=increment, result="No complaint.", by=cast.enzo)


def do_tasks(cast: Cast, number: int, label: str = FIRST) -> None:
    """Documents and tasks of a phase, in the order they depend on each other."""
    while rows := [t for t in _unfinished(cast.project, number) if _is_ready(t)]:
        for task in rows:
            do_task(cast, task, label)


def do_task(cast: Cast, task: Task, label: str = FIRST) -> None:
    held = {d.kind for d in Document.objects.filter(project=cast.project, revisions__state="accepted")}
    for kind in task.document_kinds:
        if kind not in held:
            accept_document(cast, kind)
        else:
            confirm_document(cast, kind, label)
    tasks.start(task=task, by=cast.dana)
    if task.checklist:
        tasks.check(task=task, done=[True] * len(task.checklist), by=cast.dana)
    tasks.hand_in(task=task, result="Done.", by=cast.dana)
    tasks.finish(task=task, by=cast.mara)


def confirm_document(cast: Cast, kind: str, label: str = FIRST) -> None:
    """In a new turn: as it stands, or rewritten if it names a version that was made anew."""
    revision = Revision.objects.get(document__project=cast.project, document__kind=kind, state="accepted")
    if revision.reviews.filter(iteration=Project.objects.get(pk=cast.project.pk).iteration).exists():
        return
    definition = of(cast.project.catalogue).document_kinds[kind]
    if values_for(definition, label) == values_for(definition):
        review_all(cast, revision, documents.confirm)
    else:
        accept_document(cast, kind, values_for(definition, label), reason="Made anew.")


def _unfinished(project: Project, number: int) -> list[Task]:
    return list(Task.objects.filter(project=project, phase__number=number, state=Task.State.TO_DO))


def _is_ready(task: Task) -> bool:
    before = Task.objects.filter(project_id=task.project_id, key__in=task.depends_on)
    return all(each.is_finished for each in before)


def settle(cast: Cast, number: int) -> None:
    """Confirm the requirements and rate the risks of a phase."""
    phase = cast.project.phase_set.get(number=number)
    open_ones = [r.key for r in phase.requirement_set.filter(state="open")]
    if open_ones:
        requirements.confirm_many(phase=phase, keys=open_ones, note="By design.", by=cast.dora)
    unrated = [r.key for r in phase.risk_set.filter(state=Risk.State.IDENTIFIED)]
    if unrated:
        risks.rate_many(
            phase=phase, keys=unrated, severity="medium", likelihood="possible", by=cast.dora, reason="Low."
        )


def carry_out(cast: Cast, key: str) -> None:
    """A QA method with a document of each kind of evidence it expects."""
    method = QAMethod.objects.get(project=cast.project, key=key)
    kinds = of(cast.project.catalogue).document_kinds.values()
    expected = {each["kind"] for each in method.evidence_expected}
    chosen = {next(k.key for k in kinds if wanted in {e.kind for e in k.evidence}) for wanted in expected}
    for kind in sorted(chosen):
        accept_document(cast, kind)
    method = qa_methods.plan(method=method, by=cast.dana)
    method = qa_methods.perform(method=method, finding="Done.", evidence_kinds=sorted(chosen), by=cast.dana)
    qa_methods.accept(method=method, by=cast.milo)


def register(cast: Cast, number: int, label: str = FIRST) -> None:
    """What the registry holds by the end of a phase; the documents name prepared data and a model with the label."""
    parts = {1: ["crm@1", "raw@1"], 3: ["training@1", "image@1", "params@1"]}
    if number in parts:
        artefacts.parts(cast, *parts[number])
    there = {v.ref: v for v in ArtefactVersion.objects.filter(project=cast.project)}
    data, model = f"prepared@{label}", model_of(label)
    if number == 2 and data not in there:
        artefacts.version(cast, "dataset", data, "raw@1", step="prepare", role="prepared")
    if number == 3 and model not in there:
        artefacts.version(cast, "model", model, data, "training@1", "image@1", "params@1", step="train")
    if number == 4 and TEST_SET not in there:
        artefacts.version(cast, "dataset", TEST_SET, "raw@1", step="draw a fifth", role="test", team="Cleo")
    if number == 5 and "pipe@1" not in there:
        artefacts.version(cast, "pipeline", "pipe@1")
    if number == 5:
        artefacts.profile(cast, there[model], "training", "production-like")


def prepare(cast: Cast, number: int, label: str = FIRST) -> None:
    """Everything gate `number` asks for."""
    register(cast, number, label)
    if number == 1:
        if not cast.project.criterion_set.exists():
            approve_criteria(cast)
        measure(cast, "forecast", keys=["saving"])
        if not cast.project.classification_set.exists():
            classified.signed(cast)
        if not Document.objects.filter(project=cast.project, kind="additional-processes-plan").exists():
            accept_document(cast, "additional-processes-plan")
    if number == 5 and not Document.objects.filter(project=cast.project, kind="monitoring-plan-document").exists():
        accept_document(cast, "monitoring-plan-document")
        watch(cast)
    settle(cast, number)
    do_tasks(cast, number, label)
    if number == 3:
        experiment(cast, label)
    if number == 5:
        plan_release(cast, label)
    if number == 6:
        roll_out(cast)
    environments = {3: ["validation"], 4: ["test"], 5: ["production-like"], 6: ["operation"]}
    for environment in environments.get(number, []):
        measure(cast, environment, label=label)
    if number == 4:
        definition = of(cast.project.catalogue).document_kinds["risk-register"]
        accept_document(cast, "risk-register", values_for(definition, label), reason="After the evaluation.")
    if number == 6:
        deliver(cast)


def watch(cast: Cast) -> None:
    """Terms, and two active signals."""
    terms = {"use": "informs", "ground_truth": "immediate", "loops": "none", "no_loops_reason": "It only informs."}
    operation.set_terms(project=cast.project, terms=terms, by=cast.enzo)
    for key, group in SIGNALS.items():
        rule = {"key": "floor", "kind": "at_least", "threshold": "0.5", "reaction": "incident"}
        settings = {
            "name": key, "group": group, "metric": key, "unit": "1", "owner": "olga", "rules": [rule],
            "is_labelled": group == "performance", "interval_minutes": 60,
        }  # fmt: skip
        signal = signals.propose(project=cast.project, key=key, settings=settings, by=cast.enzo)
        signals.activate(signal=signal, by=cast.enzo)


def deliver(cast: Cast, value: str = "0.9") -> None:
    """A value of each signal, from operation, now."""
    row = {"value": value, "at": timezone.now().isoformat(), "environment": "operation"}
    for signal in Signal.objects.filter(project=cast.project, state="active"):
        readings.deliver(signal=signal, readings=[row], by=cast.pipeline)


def submit(cast: Cast, number: int) -> Evaluation:
    gate = cast.project.gate_set.get(phase__number=number)
    return gates.submit(gate=gate, by=cast.mara)


def signers(evaluation: Evaluation, besides: Any = ()) -> dict[str, str]:
    """Who signs, each once, with the role they sign in."""
    from tests.cast import ROLES

    free, chosen = list(REVIEWERS), {}
    for role in [role for role in evaluation.deciders if role not in besides]:
        name = next(n for n in free if role in ROLES[n])
        free.remove(name)
        chosen[name] = role
    return chosen


def sign_all(cast: Cast, evaluation: Evaluation, besides: Any = ()) -> None:
    for name, role in signers(evaluation, besides).items():
        gates.sign(evaluation=evaluation, role=role, by=cast.actors[name])


def pass_gate(cast: Cast, number: int, label: str = FIRST) -> Any:
    prepare(cast, number, label)
    evaluation = submit(cast, number)
    sign_all(cast, evaluation)
    return gates.decide(
        evaluation=evaluation, resolution=gates.Resolution(outcome="pass", reason="All is there."), by=cast.mara
    )


def days(count: int) -> Any:
    return timezone.localdate() + timedelta(days=count)
