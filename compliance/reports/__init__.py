"""The reports themselves. Importing this package registers each of them."""

from compliance.reports import (
    by_points,
    datasheet,
    declaration,
    dossier,
    eu_ai_act,
    frameworks,
    reproducibility,
    serious_incident,
    summary,
)

__all__ = [
    "by_points",
    "datasheet",
    "declaration",
    "dossier",
    "eu_ai_act",
    "frameworks",
    "reproducibility",
    "serious_incident",
    "summary",
]
