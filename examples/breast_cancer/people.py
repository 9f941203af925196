"""The people's part: reviews, ratings, signatures and decisions, through the services the pages use."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from django.utils import timezone

from catalogue.definitions import of
from examples.breast_cancer import law
from experiments.models import Run
from experiments.services import runs
from monitoring.models import Incident, Signal
from monitoring.services import incidents, operation, signals
from projects.models import CriterionVersion, Evaluation, Project, QAMethod, Revision, Risk, Task
from projects.services import criteria, documents, gates, qa_methods, requirements, risks, tasks
from regulations.services import classifications
from releases.models import Increment
from releases.services import releasing

if TYPE_CHECKING:
    from accounts.actors import Actor
    from examples.breast_cancer.science import Science

# user name -> (name shown, roles in the project)
MEMBERS = {
    "manager": ("Maren Voss", ["project-manager"]),
    "sponsor": ("Simon Adler", ["sponsor"]),
    "domain-expert": ("Dr. Ines Keller", ["domain-expert"]),
    "ml-expert": ("Milan Horvat", ["ml-expert"]),
    "data-scientist": ("Dana Okafor", ["data-scientist"]),
    "engineer": ("Erik Lund", ["ml-engineer", "operations-engineer"]),
    "owner": ("Olga Brandt", ["data-owner", "model-owner"]),
    "pipeline": ("Training pipeline", ["ml-engineer"]),
}
ANSWERS = {
    "class-sizes": "no", "noisy-data": "no", "missing-values": "no", "learns-features": "no", "invariances": "no",
    "scale-dependent": "yes", "domain-knowledge": "no", "scarce-labels": "no", "tight-resources": "no",
    "fault-tolerance": "no", "safety-critical": "yes", "personal-data": "yes", "fairness": "no",
}  # fmt: skip


class People:
    """Everybody of the example, by user name."""

    def __init__(self, project: Project, actors: dict[str, Actor]) -> None:
        self.project, self.actors = project, actors
        self.template = of(project.catalogue)

    def approve_criteria(self) -> None:
        for version in CriterionVersion.objects.filter(project=self.project, state="draft"):
            criteria.approve(version=version, by=self.actors["domain-expert"])

    def classify(self) -> None:
        """Answer what the law asks, until nothing is left to decide; the sponsor signs."""
        manager = self.actors["manager"]
        row = classifications.begin(project=self.project, regulation="eu-ai-act", by=manager)
        row = classifications.set_roles(classification=row, roles=law.ROLES, by=manager)
        while questions := row.interview().questions:
            answers = {fact.id: law.ANSWERS.get(fact.id, law.NO) for fact in questions}
            row = classifications.answer(classification=row, answers=answers, by=manager)
        classifications.sign(classification=row, reasoning=law.REASONING, by=self.actors["sponsor"])

    def settle(self, number: int) -> None:
        """Confirm requirements, and take every risk of the phase through the loop until it is closed or signed."""
        phase = self.project.phase_set.get(number=number)
        keys = [r.key for r in phase.requirement_set.filter(state="open")]
        if keys:
            note = "Covered by the phase's documents."
            requirements.confirm_many(phase=phase, keys=keys, note=note, by=self.actors["domain-expert"])
        self._rate_at_first(number)
        self._treat(number)

    def review_everything(self) -> None:
        """Accept what is submitted, confirm what a reopened task still rests on, and finish what was handed in."""
        for revision in Revision.objects.filter(project=self.project, state="submitted").select_related("document"):
            self._all_groups(revision, documents.accept)
        for task in Task.objects.filter(project=self.project, state="in_review"):
            self._confirm_documents(task)
            tasks.finish(task=task, by=self.actors["manager"])

    def prepare_operation(self) -> None:
        """Set the terms, activate the signals, list the loop between display and reader."""
        engineer = self.actors["engineer"]
        for signal in Signal.objects.filter(project=self.project, state="draft"):
            signals.activate(signal=signal, by=engineer)
        terms = {
            "use": "informs", "ground_truth": "late", "label_delay_days": 28, "loops": "listed",
            "regime": "One hospital", "observe_minutes": 2880,
            "trained_from": date(1992, 1, 1), "trained_until": date(1995, 11, 1),
            "approved_scope": "Adults, aspirates of one laboratory.",
        }  # fmt: skip
        operation.set_terms(project=self.project, terms=terms, by=engineer)
        loop = {
            "name": "Trust in the display", "kind": "indirect", "severity": "medium", "likelihood": "possible",
            "description": "Readers may follow the display, and their reports are the ground truth of tomorrow.",
            "indicator": "changed-reports", "limit": Decimal("0.03"), "owner": "owner",
        }  # fmt: skip
        operation.record_loop(project=self.project, loop=loop, by=engineer)
        operation.record_event(
            project=self.project, kind="other", title="New staining protocol", by=self.actors["domain-expert"],
            happened_on=timezone.localdate() - timedelta(days=12), note="The laboratory changed its supplier.",
        )  # fmt: skip

    def choose_model(self) -> None:
        for run in Run.objects.filter(project=self.project, verdict="open").exclude(model=None):
            reason = f"Best in validation so far, and simple enough to be read: {run.note}"
            runs.judge(run=run, verdict="chosen", reason=reason, by=self.actors["ml-expert"])

    def plan_release(self, science: Science) -> None:
        """In three steps, each with a condition under which it is stopped."""
        stop = "Recall of the week below 0.85, or a report that was delayed."
        plan = releasing.Plan(
            model=science.reference, pipeline="delivery@1.0.0", service=f"prediction@{science.iteration}.0.0",
            configuration=f"threshold@threshold-{science.threshold:.2f}",
            purpose="Show pathologists a second opinion beside each case.",
            steps=[releasing.Step(share, stop) for share in (10, 50, 100)],
        )  # fmt: skip
        releasing.plan(project=self.project, plan=plan, by=self.actors["engineer"])

    def roll_out(self) -> None:
        engineer = self.actors["engineer"]
        for increment in Increment.objects.filter(project=self.project, state="planned").order_by("position"):
            releasing.begin(increment=increment, by=engineer)
            result = f"With {increment.share} % of the cases no stop condition came about."
            releasing.end(increment=increment, result=result, by=engineer)

    def handle_incidents(self) -> None:
        """From taking them on to what prevents them."""
        engineer = self.actors["engineer"]
        for incident in Incident.objects.filter(project=self.project).exclude(state="closed"):
            incident = incidents.acknowledge(incident=incident, by=engineer)
            root = "The reading station was being backed up while it was used."
            incident = incidents.explain(incident=incident, cause="infrastructure_update", root_cause=root, by=engineer)
            incident = incidents.resolve(
                incident=incident, course_of_action="The backup was stopped.", downtime_minutes=35, by=engineer
            )
            incidents.close(
                incident=incident, prevention="Backups run at night.", by=engineer,
                affected_persons="None: no report was delayed beyond the day.",
            )  # fmt: skip

    def mark_not_needed(self, number: int) -> None:
        """Conditional tasks of operation for which there was no occasion."""
        for task in Task.objects.filter(project=self.project, phase__number=number, state="to_do", is_required=False):
            reason = "No update was needed in this period."
            tasks.set_not_applicable(task=task, reason=reason, by=self.actors["manager"])

    def submit(self, number: int, note: str) -> Evaluation:
        gate = self.project.gate_set.get(phase__number=number)
        evaluation = gates.submit(gate=gate, by=self.actors["manager"], note=note)
        used: set[str] = set()
        for role in self.template.gate(gate.key).deciders:
            name = next(n for n, (_, roles) in MEMBERS.items() if role in roles and n not in {*used, "pipeline"})
            used.add(name)
            gates.sign(evaluation=evaluation, role=role, by=self.actors[name], note="I have read the documents.")
        return evaluation

    def decide(self, evaluation: Evaluation, resolution: gates.Resolution) -> None:
        gates.decide(evaluation=evaluation, resolution=resolution, by=self.actors["manager"])

    def _rate_at_first(self, number: int) -> None:
        phase = self.project.phase_set.get(number=number)
        unrated = Risk.objects.filter(phase=phase, state=Risk.State.IDENTIFIED).exclude(task__state="not_applicable")
        scale = sorted(unrated, key=_expected)
        for (severity, likelihood), rows in groupby(scale, key=_expected):
            risks.rate_many(
                phase=phase, keys=[risk.key for risk in rows], severity=severity, likelihood=likelihood,
                by=self.actors["domain-expert"], reason="As expected for a project of this kind.",
            )  # fmt: skip

    def _treat(self, number: int) -> None:
        """Carry out a QA method for each risk above the limit, then judge what remains."""
        for risk in Risk.objects.filter(project=self.project, phase__number=number, state=Risk.State.RATED):
            methods = QAMethod.objects.filter(project=self.project, state=QAMethod.State.AVAILABLE)
            fitting = [m for m in methods.select_related("phase", "task") if risk.key in m.mitigates]
            if fitting:
                self._perform(min(fitting, key=lambda m: abs(m.phase.number - number)))
        treated = Risk.objects.filter(project=self.project, phase__number=number, state=Risk.State.TREATED)
        for risk in list(treated):
            self._rate_again(risk)

    def _perform(self, method: QAMethod) -> None:
        by = self.actors["data-scientist"]
        qa_methods.plan(method=method, by=by)
        finding = f"Carried out: {method.what_it_does}"
        evidence = self._evidence(method)
        qa_methods.perform(method=method, finding=finding, evidence_kinds=evidence, by=by)
        qa_methods.accept(method=method, by=self.actors["ml-expert"], note="Checked against the document.")

    def _evidence(self, method: QAMethod) -> list[str]:
        """For each kind of evidence the method expects a document, of its own task where there is one."""
        accepted = Revision.objects.filter(project=self.project, state="accepted").select_related("document")
        fields = {revision.document.kind: revision.fields for revision in accepted}
        own = method.task.document_kinds if method.task else []
        found = []
        for wanted in (each["kind"] for each in method.evidence_expected):
            serving = [kind for kind, held in fields.items() if self._is(kind, wanted, held)]
            found.append(min(serving, key=lambda kind: kind not in own))
        return found

    def _is(self, kind: str, wanted: str, fields: dict[str, object]) -> bool:
        evidence = self.template.document_kinds[kind].evidence
        return wanted == "approval" or any(e.kind == wanted and (not e.field or e.field in fields) for e in evidence)

    def _rate_again(self, risk: Risk) -> None:
        """Less likely now; what stays above the limit is signed for half a year."""
        likelihood = {"likely": "possible", "possible": "rare", "rare": "rare"}[risk.likelihood]
        risks.rate(
            risk=risk, severity=risk.severity, likelihood=likelihood, by=self.actors["domain-expert"],
            reason="After the QA method.",
        )  # fmt: skip
        risk.refresh_from_db()
        if risk.state == Risk.State.RATED:
            risks.accept(
                risk=risk, reason="Borne while a pathologist confirms every report.", by=self.actors["sponsor"],
                until=timezone.localdate() + timedelta(days=180),
            )  # fmt: skip

    def _confirm_documents(self, task: Task) -> None:
        for revision in Revision.objects.filter(
            project=self.project, document__kind__in=task.document_kinds, state="accepted"
        ).select_related("document"):
            if not revision.reviews.filter(iteration__gte=task.iteration).exists():
                self._all_groups(revision, documents.confirm)

    def _all_groups(self, revision: Revision, service: object) -> None:
        used = {str(revision.author.username)}
        for group in self.template.document_kinds[revision.document.kind].review_roles:
            name = next(n for n, (_, roles) in MEMBERS.items() if set(roles) & set(group) and n not in used)
            used.add(name)
            service(revision=revision, by=self.actors[name], note="Read and agreed.")


def _expected(risk: Risk) -> tuple[str, str]:
    return risk.default_severity, risk.default_likelihood
