"""The pages in a real browser, light and dark, with every rule of axe."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import cast as people
from tests.pages import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
]
SEEN = [*PAGES, "/new-project", "/api/v1/docs", "/gallery/"]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    return {"executable_path": executable, "chromium_sandbox": False, "args": FLAGS}


@pytest.fixture
def signed_in(live_server: Any, page: Any) -> Iterator[Any]:
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("[name=login]", "mara")
    page.fill("[name=password]", people.PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{live_server.url}/")
    yield page
    assert [e for e in errors if "409" not in e] == []  # a refusal is no fault


def findings(page: Any) -> list[str]:
    """Each broken rule with the first element that breaks it."""
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(signed_in: Any, live_server: Any, scheme: str) -> None:
    signed_in.emulate_media(color_scheme=scheme)
    found = {}
    for url in SEEN:
        signed_in.goto(live_server.url + url)
        signed_in.evaluate("document.querySelectorAll('details').forEach((row, i) => { row.open = i < 3 })")
        if bad := findings(signed_in):
            found[url] = bad
    assert found == {}


def test_no_page_is_wider_than_a_small_screen(signed_in: Any, live_server: Any) -> None:
    signed_in.set_viewport_size({"width": 360, "height": 740})
    wide = {}
    for url in SEEN:
        signed_in.goto(live_server.url + url)
        width = signed_in.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            wide[url] = width
    assert wide == {}


def test_a_task_is_started_and_a_refusal_keeps_what_was_typed(signed_in: Any, live_server: Any) -> None:
    signed_in.goto(f"{live_server.url}/projects/churn/phases/1#define-scope")
    task = signed_in.locator("#define-scope")
    task.get_by_role("button", name="Start").click()
    signed_in.get_by_text("The task has started.").wait_for()
    task = signed_in.locator("#define-scope")
    if not task.get_attribute("open"):
        signed_in.evaluate("document.getElementById('define-scope').open = true")
    task.get_by_label("What was done").fill("All of it.")
    task.get_by_role("button", name="Hand in").click()
    task.get_by_role("alert").wait_for()
    assert "Still open in the checklist" in task.get_by_role("alert").inner_text()
    assert task.get_by_label("What was done").input_value() == "All of it."


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_history_of_a_row_opens_beside_its_page(signed_in: Any, live_server: Any, scheme: str) -> None:
    signed_in.emulate_media(color_scheme=scheme)
    signed_in.goto(f"{live_server.url}/projects/churn/risks/contradictory-objectives")
    signed_in.get_by_role("link", name="History of Contradictory objectives").click()
    drawer = signed_in.get_by_role("dialog")
    drawer.get_by_role("heading", name="Risk “Contradictory objectives”").wait_for()
    drawer.get_by_text("What changed").first.click()
    drawer.get_by_text("Category").wait_for()
    assert findings(signed_in) == []
    drawer.get_by_role("link", name="The event on a page of its own").click()
    signed_in.get_by_role("heading", name="What changed").wait_for()
    assert findings(signed_in) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_auditor_finds_the_trail_of_the_site(signed_in: Any, live_server: Any, scheme: str) -> None:
    signed_in.emulate_media(color_scheme=scheme)
    signed_in.context.clear_cookies()
    signed_in.goto(f"{live_server.url}/accounts/login/")
    signed_in.fill("[name=login]", "ada")
    signed_in.fill("[name=password]", people.PASSWORD)
    signed_in.click("button[type=submit]")
    signed_in.get_by_role("link", name="Audit trail").click()
    signed_in.locator(".what summary").first.click()
    signed_in.locator(".diff").first.wait_for()
    assert findings(signed_in) == []
    signed_in.set_viewport_size({"width": 360, "height": 740})
    assert signed_in.evaluate("document.documentElement.scrollWidth") == 360
