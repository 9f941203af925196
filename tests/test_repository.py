"""Habits of the repository that are easily lost."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from audit import acts

ROOT = Path(__file__).resolve().parent.parent
APPS = [
    "accounts", "api", "audit", "catalogue", "compliance", "crispmlq", "evidence", "experiments",
    "jobs", "monitoring", "notices",
    "policies", "projects", "registry", "regulations", "releases", "ui",
]  # fmt: skip
SOURCES = [p for app in APPS for p in (ROOT / app).rglob("*.py") if not {"migrations", "standalone"} & set(p.parts)]
TEMPLATES = list((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_can_be_read_in_one_go(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_colours_stand_in_tokens_alone() -> None:
    own = {"tokens.css", "report.css"}  # print has no light-dark(), so the report names its few
    found = [
        p.name for p in (ROOT / "static" / "css").glob("*.css") if re.search(r"#[0-9a-fA-F]{3,8}\b", p.read_text())
    ]
    assert set(found) <= own


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_a_template_has_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)
    if path.name not in {"document.html", "package.html"}:  # files of their own
        assert "<style" not in text


def test_every_act_has_a_sentence() -> None:
    for name, sentence in acts.registered().items():
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", name)
        assert sentence.format(subject="it", reason="so")


def test_the_command_of_the_readme_is_what_is_run_elsewhere() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()
    assert "make test" in (ROOT / "README.md").read_text()


@pytest.mark.slow
def test_static_files_are_collected_and_name_only_what_is_there(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    call_command("collectstatic", "--noinput", "-v0")
    assert (tmp_path / "staticfiles.json").exists()
