"""What a project has recorded, told in the words of the law: for each record type, what it is read from.

A source is a pure function of rows (`audit.past`: those of now, or of a past time). Most of what stands in documents is
not code but data, in `documents.yaml`. Types that nothing else of the product holds are recorded as entries, which also
complete what the rows do not say; see `entries.py`.
"""

from regulations.sources import classification, documents, material, methods, operation, project, trail  # noqa: F401  they register
from regulations.sources.collecting import collect, source

__all__ = ["collect", "source"]
