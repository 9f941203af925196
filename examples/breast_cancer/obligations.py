"""What a provider of such a system records for the EU AI Act beside its other work: with the API, in the last phase."""

from __future__ import annotations

from typing import Any

from examples.breast_cancer.client import Client

MANUFACTURER = "Adler Diagnostics GmbH"
# Type of record -> what is recorded of it.
ENTRIES: dict[str, list[dict[str, Any]]] = {
    "role-assignment": [
        {
            "person": "Dr. Ines Keller", "duty": "human-oversight", "from_date": "2026-10-01",
            "competence": "Pathologist; trained on the system and on over-reliance.",
            "authority": "May set aside any output and have the system switched off.",
            "support": "Two hours a week, a second pathologist as deputy.",
        }
    ],
    "oversight-measure": [
        {
            "description": "A pathologist reads every case before the score is shown.", "kind": "deployer",
            "holder": "Reading pathologist", "interface": "Case viewer, score beside the image",
            "stop_function": "Switch in the case viewer; the operator is told at once.",
            "override": "The pathologist's finding is the finding; the score is never sent on.",
            "interpretation_aid": "The five leading features with their values.",
            "automation_bias_measure": "The score is hidden until the own finding is entered.",
            "verified_on": "2026-11-02",
        }
    ],
    "training-record": [
        {
            "audience": "Pathologists of the pilot site", "topic": "What the score means, and when to distrust it",
            "role": "Users", "level": "Half a day", "given_on": "2026-10-28", "attendance": "11 of 12",
        }
    ],
    "log-policy": [
        {
            "events": "Each reading: case number, model version, score, who read it; errors; switching on and off.",
            "purpose": "Tracing of outputs, monitoring after release, clearing up of incidents.",
            "storage": "Log server of the laboratory", "access": "Operator, quality manager, authority on request",
            "retention_months": "24", "owner": "Erik Lund", "enabled_on": "2026-11-02",
        }
    ],
    "security-measure": [
        {
            "threat": "Altered input values", "measure": "Range check of each feature before the model.",
            "test_result": "All of 40 altered cases were refused.", "tested_on": "2026-10-30", "owner": "Erik Lund",
        },
        {
            "threat": "Exchanged model file", "measure": "The SHA-256 of the file is compared at each start.",
            "test_result": "A changed file did not start.", "tested_on": "2026-10-30", "owner": "Erik Lund",
        },
    ],
    "impact-assessment": [
        {
            "kind": "data-protection", "performed_on": "2026-09-14", "performed_by": "Data protection officer",
            "sections": "Necessity, people concerned, risks, measures; the data hold no names.",
            "result": "No high risk is left.",
        }
    ],
    "instructions": [
        {"section": "oversight", "text": "Read the case first, then look at the score.", "version": "1"},
        {"section": "logs", "text": "Each reading is logged and kept for 24 months.", "version": "1"},
        {"section": "maintenance", "text": "One core, 1 GB of memory; checked each quarter.", "version": "1"},
    ],
}  # fmt: skip


def record(client: Client) -> None:
    """The entries, and what the project itself does not say of its provider."""
    project = client.get("")
    about = [f"projects.project/{project['id']}"]
    provider = {"provider_name": MANUFACTURER, "provider_contact": "Quality management, Ulm"}
    client.post("compliance-entries", {"type": "project", "fields": provider, "about": about})
    for kind, entries in ENTRIES.items():
        for fields in entries:
            client.post("compliance-entries", {"type": kind, "fields": fields})
