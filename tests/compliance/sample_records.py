"""Records such as a small project may have: some types in full, some in part, some not at all."""

from __future__ import annotations

from typing import Any

from regulations.records import Record, Records, Reference

DATASET = Reference("registry.artefactversion", "0193a1f0-0000-7000-8000-00000000000d", "churn-data@1", "ab" * 32)


def record(
    of: str, at: int = 1, to: tuple[Reference, ...] = (), source: Reference | None = None, **fields: Any
) -> Record:
    own = Reference(f"sample.{of}", f"0193a1f0-0000-7000-8000-{sum(map(ord, of)):06d}{at:06d}", f"{of} {at}")
    return Record(of, fields, source or own, to)


def some(*more: Record) -> Records:
    return Records.from_list([*BASE, *more])


BASE = (
    record("project", name="Churn", provider_name="Acme GmbH", version="churn-model@v1"),
    record("intended-use", purpose="Keep customers.", users="Sales", affected_groups="Customers"),
    record("dataset", source=DATASET, name="churn-data", version="1", use="training", origin="Billing", size="7043"),
    record("data-transformation", to=(DATASET,), step="Drop rows without label", dataset="churn-data@1"),
    record("success-criterion", metric="Recall", threshold="at least 0.8", kind="ml", set_on="2026-01-05"),
    record("qa-result", kind="performance", metric="Recall", value="0.84", verdict="passed", tested_on="2026-03-01"),
    record("release", version="churn-model@v1", environment="shop", released_on="2026-04-01T08:30:00+00:00"),
    *(record("risk", n, description=f"Risk number {n}", severity="low", likelihood="rare") for n in range(1, 6)),
    record("incident", 1, kind="death", description="A person died.", aware_at="2026-06-01T22:00:00+00:00"),
    record("incident", 2, description="The score was wrong.", aware_at="2026-06-03"),
    record("incident", 3, kind="malfunction", description="It was slow.", aware_at="2026-06-04"),
    record("corrective-action", 1, action="Switched off.", status="done"),
)
