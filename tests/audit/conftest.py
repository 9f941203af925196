"""Bundles and pruned trails, for several files of tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit import keys, sealing
from audit.models import Pruning
from projects.services import projects, retention
from tests import walk
from tests.audit.bundles import Sample, unpacked, written
from tests.audit.pruned import BASIS, over
from tests.cast import Cast


@pytest.fixture
def sample(cast: Cast, tmp_path: Path) -> Sample:
    """Built once, with three seals: the files do not change with the database."""
    if not Sample.files:
        Sample.older = unpacked(written(cast, tmp_path))
        walk.approve_criteria(cast)
        projects.change(project=cast.project, purpose="Another.", by=cast.mara)
        projects.change(project=cast.project, purpose="Long. " * 1000, by=cast.mara)
        sealing.seal_all()
        walk.accept_document(cast, "scope-document")
        Sample.files = unpacked(written(cast, tmp_path))
        Sample.vkey, Sample.key = keys.published()[0], keys.current()[0]
    return Sample()


@pytest.fixture
def pruned(cast: Cast) -> Pruning:
    walk.approve_criteria(cast)
    sealing.seal_all()
    return retention.prune(project=over(cast), basis=BASIS)
