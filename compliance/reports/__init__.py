"""The reports themselves. Importing this package registers each of them."""

from compliance.reports import dossier

__all__ = ["dossier"]
