"""`manage.py classify FACTS.yaml`: which classes and duties follow from facts; nothing is stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalogue import files as yaml_files
from crispmlq.errors import DomainError
from regulations import selectors, told
from regulations.definitions import Pack


class Command(BaseCommand):
    help = (
        "Classify a system by facts in a YAML file: `facts: {fact-id: value}`. Facts that are not listed are false, "
        "null is unknown."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("facts", type=Path, help="YAML file with `facts`, and if wanted `roles` and `role_shifts`.")
        parser.add_argument("--role", action="append", help="Whose obligations; may be given several times.")
        parser.add_argument("--regulation", default="eu-ai-act", help="Key of the regulation.")
        parser.add_argument("--pack-version", default="", help="Version of the text; without, the one in force.")
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(
        self, *, facts: Path, role: list[str] | None, regulation: str, pack_version: str, json: bool, **_: Any
    ) -> None:
        try:
            given = read(facts)
            pack = selectors.version(regulation, pack_version).pack
            found = told.evaluation(pack, given["facts"], role or given.get("roles"), given.get("role_shifts") or [])
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(as_json(found) if json else as_text(pack, found))


def read(path: Path) -> dict[str, Any]:
    """The file's mapping. Raises: CommandError: it can not be read, or has no `facts`."""
    if not path.is_file():
        raise CommandError(f"There is no file {path}.")
    file = yaml_files.read_file(path)
    if file.faults:
        raise CommandError("\n".join(file.faults))
    if not isinstance(file.data, dict) or not isinstance(file.data.get("facts"), dict):
        raise CommandError(f"{path.name} has to hold `facts:`, a mapping of fact ids to true, false, null or a value.")
    return file.data


def as_json(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False)


def as_text(pack: Pack, found: dict[str, Any]) -> str:
    lines = [pack.text_line, "", "Classes:"]
    lines += [f"  {key}: {pack.outcomes[key].label}" for key in found["outcomes"]]
    cites = {rule.id: rule.cite for rule in pack.rules}
    lines += ["Decided by:", *(f"  {rule}: {cites[rule]}" for rule in found["decided_by"])]
    if found["open_facts"]:
        lines += ["Still open:", *(f"  {key}: {pack.facts[key].question}" for key in found["open_facts"])]
    if found["contradictions"]:
        lines += ["These answers contradict each other:", *(f"  {says}" for says in found["contradictions"])]
    lines.append(f"Obligations ({', '.join(found['roles']) or 'of all roles'}): {len(found['obligations'])}")
    for key, due_on in found["due"].items():
        obligation = pack.obligations[key]
        lines.append(f"  {key}  {obligation.ref}, from {due_on}: {obligation.title}")
    return "\n".join(lines)
