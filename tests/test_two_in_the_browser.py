"""Two people at browsers of their own write the same draft: whoever saves last sees both versions, and chooses."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from audit.selectors import changes_of
from projects.models import Revision
from projects.services import documents
from tests import cast as people
from tests.test_browser import browser_type_launch_args, findings, signed_in  # noqa: F401 - fixtures
from tests.test_phase_1_in_the_browser import enter

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def save(page: Any, purpose: str) -> None:
    page.get_by_label("Purpose", exact=True).fill(purpose)
    page.get_by_role("button", name="Save the draft").click()


def collide(mara: Any, dana: Any, form: str, theirs: str, own: str) -> None:
    """Both open the form; Mara saves, then Dana, who is shown what is there now and keeps what she typed."""
    mara.goto(form)
    dana.goto(form)
    save(mara, theirs)
    expect(mara.get_by_text("The draft is saved.")).to_be_visible()
    save(dana, own)
    told = dana.get_by_role("alert")
    expect(told).to_contain_text("Changed in the meantime")
    expect(told.get_by_role("region", name="What is there now")).to_contain_text(theirs)
    expect(told.get_by_role("region", name="What is there now")).to_contain_text("Mara")
    expect(dana.get_by_label("Purpose", exact=True)).to_have_value(own)
    assert findings(dana) == []


def test_who_saves_last_sees_both_versions_and_goes_on_with_either(
    signed_in: Any,  # noqa: F811 - pytest's way to ask for a fixture
    live_server: Any,
    browser: Any,
) -> None:
    cast = people.gather()
    draft = documents.draft(
        project=cast.project, kind="scope-document", fields={"purpose": "At first."}, by=cast.pipeline
    )
    dana = enter(browser, live_server.url, "dana")
    document = f"{live_server.url}/projects/churn/documents/scope-document"

    collide(signed_in, dana, f"{document}/edit", "Mara's first word.", "Dana's first word.")
    assert purpose(draft) == "Mara's first word."  # nothing of Dana's was stored yet
    dana.get_by_role("link", name="Leave it as it is now").click()
    expect(dana.get_by_text("Mara's first word.").first).to_be_visible()
    assert purpose(draft) == "Mara's first word."

    collide(signed_in, dana, f"{document}/edit", "Mara's last word.", "Dana's last word.")
    dana.get_by_role("button", name="Save the draft").click()
    expect(dana.get_by_text("The draft is saved.")).to_be_visible()
    signed_in.goto(document)
    expect(signed_in.get_by_text("Dana's last word.").first).to_be_visible()
    assert purpose(draft) == "Dana's last word."
    assert history(draft) == ["At first.", "Mara's first word.", "Mara's last word.", "Dana's last word."]


def purpose(draft: Revision) -> str:
    draft.refresh_from_db()
    return draft.fields["purpose"]


def history(draft: Revision) -> list[str]:
    """The purpose as it stood after each act, from the trail: what was replaced is not lost."""
    changes = [change for event in changes_of("projects.revision", draft.pk) for change in event.changes]
    return [each.after["purpose"] for change in reversed(changes) for each in change.fields if each.field == "fields"]
