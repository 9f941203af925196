from unittest.mock import patch

import pytest
from django.core.management import call_command

from audit import SYSTEM, SYSTEM_LOG, selectors
from catalogue import definitions, services
from catalogue.models import CatalogueVersion
from crispmlq.errors import Conflict

pytestmark = pytest.mark.django_db


def test_it_stores_the_version_and_tells_so():
    row = services.load(by=SYSTEM)
    assert (row.version, len(row.sha256)) == ("1.0.0", 64)
    assert [event.act for event in selectors.events(SYSTEM_LOG, act="catalogue.loaded")] == ["catalogue.loaded"]


def test_loading_it_again_changes_nothing():
    first = services.load(by=SYSTEM)
    assert services.load(by=SYSTEM).pk == first.pk
    assert CatalogueVersion.objects.count() == 1


def test_it_refuses_other_content_under_the_same_version():
    row = services.load(by=SYSTEM)
    with patch("catalogue.services.check", return_value={**row.body, "name": "Another"}), pytest.raises(Conflict):
        services.load(by=SYSTEM)


def test_the_definitions_of_a_version_are_built_once():
    row = services.load(by=SYSTEM)
    assert definitions.of(CatalogueVersion.objects.get()) is definitions.of(row)


def test_the_command_only_checks_when_told_so(capsys):
    before = CatalogueVersion.objects.count()
    call_command("load_catalogue", "--check")
    assert "breaks no rule" in capsys.readouterr().out
    assert CatalogueVersion.objects.count() == before
