"""The columns of a profile: statistics and check results, one row for each feature (and segment or check)."""

from __future__ import annotations

from catalogue.document_kinds import Column, Field
from registry.kinds import Form

STATISTICS = ("mean", "std", "min", "p05", "p25", "median", "p75", "p95", "max")

FORM = Form(
    (
        Field(
            "statistics", "Statistics", "table", required=False,
            columns=(
                Column("feature", "Feature", "text"),
                Column("segment", "Segment", "text", required=False),
                Column("count", "Values", "integer"),
                Column("missing", "Missing", "integer", required=False),
                *(Column(name, name.capitalize(), "number", required=False) for name in STATISTICS),
                Column("categories", "Categories with counts", "text", required=False),
            ),
        ),
        Field(
            "checks", "Checks", "table", required=False,
            columns=(
                Column("feature", "Feature", "text"),
                Column("check", "Check", "text"),
                Column("passed", "Passed", "integer"),
                Column("failed", "Failed", "integer"),
            ),
        ),
    )
)  # fmt: skip
