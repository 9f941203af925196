"""What was decided at the gates, what was waived, and how often and why the project went round."""

from __future__ import annotations

from compliance.documents.blocks import Code, Section, Status
from compliance.documents.kinds import Context
from compliance.documents.writing import cell, number, paragraph, ref, table
from compliance.documents.writing import text as column
from projects.models import Decision, Hold, Iteration, Signature, Waiver

STATUS: dict[str, Status] = {"met": "good", "not_met": "bad"}


def decisions(context: Context) -> Section:
    found = context.rows(Decision)
    blocks = tuple(_decision(context, decision) for decision in found)
    return Section("decisions", "Gate decisions", blocks or (paragraph("No gate was decided."),))


def _decision(context: Context, d: Decision) -> Section:
    later = " (recorded later)" if context.project.is_recorded_later(d.decided_at) else ""
    back = f", back to phase {d.to_phase}" if d.to_phase else ""
    signatures = d.evaluation.signatures.all()
    signed = f" Signed by {', '.join(map(_signature, signatures))}." if signatures else ""
    told = f"{d.reason} Decided by {d.decided_by} on {d.decided_at:%Y-%m-%d}{later}{back}.{signed}"
    rows = [
        [v["text"], cell(v["verdict"].replace("_", " "), status=STATUS.get(v["verdict"], "warn")), v["because"]]
        for v in d.verdicts
    ]
    name = f"{d.gate.name}, iteration {d.iteration}: {d.get_outcome_display()}"
    checks = f"Checks of {d.gate.name}, iteration {d.iteration}"
    blocks = (
        paragraph(told, d, *signatures, ref(d.facts)),
        Code(f"Facts {d.facts.sha256}, rules {d.rules_version}"),
        table(checks, [column("Check", 3), "Verdict", column("Because", 3)], rows),
    )
    return Section(f"decision-{d.pk}", name, blocks)


def _signature(signature: Signature) -> str:
    role = signature.role.replace("-", " ")
    further = ", the same person in a further role as policies allow" if signature.is_further_role else ""
    model = f", model {signature.model_version}" if signature.model_version else ""
    return f"{signature.signer} ({role}{further}{model})"


def waivers(context: Context) -> Section:
    rows = [
        [w.gate.name, cell(w.check_key, w), w.get_state_display(), w.reason, w.expires_on, w.requested_by, w.decided_by]
        for w in context.rows(Waiver)
    ]
    columns = ["Gate", "Check", column("State"), column("Reason", 3), "Until", "Asked by", "Answered by"]
    return Section("waivers", "Waivers", (table("Waived checks", columns, rows, "No check was waived."),))


def iterations(context: Context) -> Section:
    turns = [
        [
            cell(i.number, i), i.get_origin_display(), i.get_kind_display(), _way(i), _why(i), i.opened_at.date(),
        ]
        for i in context.rows(Iteration)
    ]  # fmt: skip
    until = context.at.date()
    holds = [
        [
            cell(h.get_code_display(), h), f"{h.reason} Resumes when: {h.condition} {h.end_reason}".strip(),
            h.expected_on, h.held_at.date(), h.ended_at.date() if h.ended_at else "lasts", h.days(until),
        ]
        for h in context.rows(Hold)
    ]  # fmt: skip
    columns = [number("Number", 2), "Origin", "Kind", "Way", column("Reason", 5), "Opened"]
    waits = ["Waited for", column("Why, and until when", 5), "Expected on", "From", "To", number("Days", 2)]
    return Section(
        "iterations", "Iterations and holds",
        (table("Iterations", columns, turns), table("On hold", waits, holds, "The project was never on hold.")),
    )  # fmt: skip


def _way(turn: Iteration) -> str:
    beside = f", beside {turn.previous_version}" if turn.previous_version else ""
    way = f"phase {turn.from_phase} to {turn.to_phase}" if turn.from_phase else f"begins in phase {turn.to_phase}"
    return way + beside


def _why(turn: Iteration) -> str:
    return turn.reason + (f" Reopened: {', '.join(turn.reopened_tasks)}." if turn.reopened_tasks else "")
