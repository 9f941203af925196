"""Which policies hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalogue.definitions import Check, of
from catalogue.models import CatalogueVersion
from policies import definitions
from policies.models import PolicySet


@dataclass(frozen=True)
class InForce:
    """The values of today; version 0 are the defaults, before anybody set any."""

    version: int
    values: definitions.Values

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    @property
    def as_facts(self) -> dict[str, Any]:
        return {"version": self.version, "values": self.values}


def in_force() -> InForce:
    """One query."""
    return _in_force(PolicySet.objects.order_by("-number").first())


def of_version(number: int) -> InForce:
    """The policies as they were set then; one query."""
    return _in_force(PolicySet.objects.filter(number=number).first())


def _in_force(row: PolicySet | None) -> InForce:
    return InForce(row.number if row else 0, definitions.defaults() | (row.values if row else {}))


def known_roles_and_checks() -> tuple[dict[str, str], dict[str, Check]]:
    """Roles and checks of the newest catalogue, by key; one query."""
    newest = CatalogueVersion.objects.order_by("-loaded_at").first()
    if newest is None:
        return {}, {}
    template = of(newest)
    return dict(template.roles), {check.key: check for phase in template.phases for check in phase.gate.checks}
