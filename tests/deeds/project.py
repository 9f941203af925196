"""Deeds at a project as a whole: gates, ways back, holds, members, exports and imports, erasures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import audit
from audit.erasing import Target
from audit.models import Event
from jobs import queue
from projects.models import Membership, Task
from projects.services import (
    erasures,
    gates,
    history,
    holds,
    imports,
    integrity,
    iterations,
    memberships,
    portable,
    tasks,
    templates,
    waivers,
)
from projects.services import projects as project_services
from projects.trail_filters import Filters
from tests import walk
from tests.cast import Cast
from tests.deeds import Deed, case
from tests.deeds.process import gone_back
from ui.sheet_files import Table


@case("iterations.go_back")
def _(cast: Cast) -> Deed:
    tasks.start(task=Task.objects.get(key="define-scope"), by=cast.dana)
    return lambda: gone_back(cast)


def ready(cast: Cast) -> Any:
    walk.prepare(cast, 1)
    return walk.submit(cast, 1)


@case("gates.submit")
def _(cast: Cast) -> Deed:
    walk.prepare(cast, 1)
    return lambda: walk.submit(cast, 1)


@case("gates.withdraw")
def _(cast: Cast) -> Deed:
    evaluation = ready(cast)
    return lambda: gates.withdraw(evaluation=evaluation, reason="Too soon.", by=cast.mara)


@case("gates.sign")
def _(cast: Cast) -> Deed:
    evaluation = ready(cast)
    return lambda: gates.sign(evaluation=evaluation, role="sponsor", by=cast.sven)


def deciding(**resolution: Any) -> Callable[[Cast], Deed]:
    def prepare(cast: Cast) -> Deed:
        evaluation = ready(cast)
        walk.sign_all(cast, evaluation)
        end = gates.Resolution(reason="As agreed.", **resolution)
        return lambda: gates.decide(evaluation=evaluation, resolution=end, by=cast.sven)

    return prepare


case("gates.decide, pass")(deciding(outcome="pass"))
case("gates.decide, iterate")(deciding(outcome="iterate", to_phase=1, tasks=["define-scope"]))
case("gates.decide, hold")(deciding(outcome="hold", condition="Data is there."))
case("gates.decide, stop")(deciding(outcome="stop"))


@case("memberships.change_roles")
def _(cast: Cast) -> Deed:
    member = Membership.objects.get(user=cast.dora.user)
    return lambda: memberships.change_roles(member=member, roles=["sponsor"], by=cast.mara)


@case("memberships.set_roles")
def _(cast: Cast) -> Deed:
    return lambda: memberships.set_roles(
        project=cast.project, user=cast.otto.user, roles=["data-scientist"], by=cast.mara
    )


def created(cast: Cast) -> Any:
    return project_services.create(slug="new", name="New", purpose="To know.", by=cast.dana)


@case("projects.create")
def _(cast: Cast) -> Deed:
    return lambda: created(cast)


@case("projects.change")
def _(cast: Cast) -> Deed:
    return lambda: project_services.change(project=cast.project, name="Other", by=cast.mara)


@case("projects.start")
def _(cast: Cast) -> Deed:
    project = created(cast)
    return lambda: project_services.start(project=project, by=cast.dana)


def held(cast: Cast) -> Any:
    return holds.hold(project=cast.project, reason="No data.", condition="Data is there.", by=cast.mara)


def proof_of_concept(cast: Cast) -> Any:
    project = project_services.create(slug="trial", name="Trial", purpose="Try.", kind="proof_of_concept", by=cast.mara)
    return project_services.start(project=project, by=cast.mara)


@case("iterations.convert")
def _(cast: Cast) -> Deed:
    project = proof_of_concept(cast)
    return lambda: iterations.convert(project=project, reason="It works.", by=cast.mara)


def in_operation(cast: Cast) -> Any:
    """As if it had been released; whether it may be is tested elsewhere."""
    with audit.act("gate.decided", by=cast.mara.audit_by, subject=cast.project):
        for phase in cast.project.phase_set.all():
            phase.state = "open" if phase.number == 6 else "passed"
            phase.save()
        cast.project.state = "in_operation"
        cast.project.save()
    return cast.project


@case("iterations.begin_update")
def _(cast: Cast) -> Deed:
    project = in_operation(cast)
    return lambda: iterations.begin_update(project=project, reason="Drift.", by=cast.mara)


@case("iterations.begin_challenger")
def _(cast: Cast) -> Deed:
    project = in_operation(cast)
    return lambda: iterations.begin_challenger(project=project, reason="A transformer.", by=cast.mara)


@case("holds.hold")
def _(cast: Cast) -> Deed:
    return lambda: held(cast)


@case("holds.resume")
def _(cast: Cast) -> Deed:
    project = held(cast)
    return lambda: holds.resume(project=project, reason="Data came.", by=cast.mara)


@case("projects.set_retention")
def _(cast: Cast) -> Deed:
    return lambda: project_services.set_retention(project=cast.project, until=walk.days(3650), by=cast.mara)


@case("projects.stop")
def _(cast: Cast) -> Deed:
    return lambda: project_services.stop(project=cast.project, reason="No budget.", by=cast.sven)


def asked(cast: Cast) -> Any:
    gate = cast.project.gate_set.get(phase__number=1)
    return waivers.request(gate=gate, check_key="g1-aligned", reason="So.", expires_on=walk.days(5), by=cast.mara)


@case("waivers.request")
def _(cast: Cast) -> Deed:
    return lambda: asked(cast)


@case("waivers.grant")
def _(cast: Cast) -> Deed:
    waiver = asked(cast)
    return lambda: waivers.grant(waiver=waiver, by=cast.sven)


@case("waivers.refuse")
def _(cast: Cast) -> Deed:
    waiver = asked(cast)
    return lambda: waivers.refuse(waiver=waiver, reason="No.", by=cast.sven)


@case("portable.hand_out")
def _(cast: Cast) -> Deed:
    job = portable.request(project=cast.project, form="json", by=cast.dana)
    queue.run(job.pk)
    return lambda: portable.hand_out(project=cast.project, job_id=job.pk, by=cast.dana)


@case("imports.bring_in")
def _(cast: Cast) -> Deed:
    table = Table(["Name", "Aim", "Phase"], [["Ask", "To know.", "1"]], [2])
    return lambda: imports.bring_in(project=cast.project, kind="tasks", table=table, by=cast.dana)


@case("templates.save")
def _(cast: Cast) -> Deed:
    return lambda: templates.save(project=cast.project, name="Ours", by=cast.mara)


@case("templates.retire")
def _(cast: Cast) -> Deed:
    template = templates.save(project=cast.project, name="Ours", by=cast.mara)
    return lambda: templates.retire(template=template, by=cast.root)


@case("erasures.find")
def _(cast: Cast) -> Deed:
    return lambda: erasures.find(text="Dora", by=cast.root)


@case("erasures.erase")
def _(cast: Cast) -> Deed:
    event = Event.objects.filter(act="member.roles_changed").first()
    targets = [Target(event.uid, "/subject")]
    return lambda: erasures.erase(targets=targets, basis="Article 17 GDPR", by=cast.root)


@case("history.export")
def _(cast: Cast) -> Deed:
    return lambda: list(history.export(project=cast.project, filters=Filters(), form="csv", by=cast.ada))


@case("integrity.hand_out")
def _(cast: Cast) -> Deed:
    job = integrity.request_export(project=cast.project, by=cast.ada)
    queue.run(job.pk)
    return lambda: integrity.hand_out(project=cast.project, job_id=job.pk, by=cast.ada)
