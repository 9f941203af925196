"""An organisation's own words in its reports: text with fields, never anything that is run."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from audit import SYSTEM_LOG
from audit.models import Event
from compliance.documents import blocks, limits
from compliance.models import ReportWording
from compliance.services import wordings
from crispmlq.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from tests import reported
from tests.cast import Cast

WORDS = {
    "kind": "dossier",
    "title": "File on {project}",
    "introduction": "For us.\n\nAs of {as_of}.",
    "closing": "Bye.",
}


def change(cast: Cast, **changes: Any) -> ReportWording:
    return wordings.change(**{**WORDS, "by": cast.root, **changes})


def test_a_report_is_made_with_them_and_says_so(cast: Cast) -> None:
    change(cast)
    document = reported.built(cast.project, words=wordings.in_force("dossier"))
    assert document.title == "File on Churn"
    introduction, closing = (reported.section(document, key) for key in ("introduction", "closing"))
    assert [block.text for block in introduction.blocks] == ["For us.", f"As of {document.as_of[:10]}."]
    assert [block.text for block in closing.blocks] == ["Bye."]
    assert document.text_versions[-1] == "Words of the organisation, version 1"
    assert document.sections[-1].key == limits.KEY


def test_what_looks_like_a_template_or_markup_stays_text(cast: Cast) -> None:
    change(cast, introduction="<b>$project % __class__ $1", title="", closing="")
    document = reported.built(cast.project, words=wordings.in_force("dossier"))
    assert reported.section(document, "introduction").blocks == (blocks.Paragraph("<b>$project % __class__ $1"),)
    assert "&lt;b&gt;$project" in reported.page(document)
    assert document.title == "Project dossier"


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"title": "{project.name}"}, "title", "There is no field {project.name}"),
        ({"closing": "{{ project }}"}, "closing", "There is no field { project }"),
        ({"closing": "{% load x %}"}, "closing", "There is no field {% load x %}"),
        ({"introduction": "{project"}, "introduction", "A brace"),
        ({"introduction": "x" * 5001}, "introduction", "At most 5000"),
        ({"title": "a\nb"}, "title", "one line"),
        ({"title": "a\rb"}, "title", "one line"),
        ({"introduction": "a\0b"}, "introduction", "can not be printed"),
        ({"closing": "a\ud800b"}, "closing", "can not be printed"),
    ],
)
def test_a_fault_is_told_on_saving(cast: Cast, changes: dict[str, str], field: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        change(cast, **changes)
    assert said in refused.value.errors[field][0]
    assert not ReportWording.objects.exists()


def test_only_an_administrator_sets_them(cast: Cast) -> None:
    for who in ("mara", "ada"):
        with pytest.raises(NotAllowed):
            change(cast, by=cast.actors[who])


def test_each_change_is_a_version_and_an_act_of_the_site(cast: Cast) -> None:
    change(cast)
    event = Event.objects.latest("id")
    assert (event.act, event.log_id) == ("report_wording.changed", SYSTEM_LOG)
    assert change(cast, title="Other", expected=1).number == 2
    with pytest.raises(Stale):
        change(cast, title="Third", expected=1)
    with pytest.raises(Conflict, match="Nothing was changed"):
        change(cast, title="Other")
    with pytest.raises(NotFound):
        change(cast, kind="horoscope")


def test_a_report_of_a_past_time_has_the_words_of_then(cast: Cast) -> None:
    first = change(cast)
    change(cast, title="Other")
    assert wordings.in_force("dossier", first.set_at).version == 1
    assert wordings.in_force("dossier").title == "Other"


class TestPage:
    def post(self, who: str, cast: Cast, **body: str) -> Any:
        client = Client()
        client.force_login(cast.actors[who].user)
        return client.post("/report-texts/dossier", {**WORDS, "version": "0", **body}, follow=True)

    def test_an_administrator_saves(self, cast: Cast) -> None:
        assert "from now on" in self.post("root", cast).content.decode()
        assert wordings.in_force("dossier").version == 1

    def test_a_preview_saves_nothing(self, cast: Cast) -> None:
        page = self.post("root", cast, preview="1", introduction="<i>{state}").content.decode()
        assert "&lt;i&gt;In operation" in page
        assert "File on Churn" in page
        assert not ReportWording.objects.exists()

    def test_a_fault_leaves_what_was_typed(self, cast: Cast) -> None:
        answer = self.post("root", cast, closing="{nothing}")
        assert answer.status_code == 422
        assert "There is no field {nothing}" in answer.content.decode()

    def test_others_read_only(self, cast: Cast) -> None:
        assert self.post("mara", cast).status_code == 403
        assert not ReportWording.objects.exists()
