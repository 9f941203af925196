"""A project manager completes the first phase with nothing but a browser; others review as the process demands."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from catalogue.definitions import of
from catalogue.document_kinds import DocumentKind
from projects.models import Criterion, CriterionVersion, Gate, Phase, Project, Revision, Task
from projects.services import criteria, documents, tasks
from tests import artefacts, classified, walk
from tests import cast as people
from tests.cast import Cast
from tests.test_browser import browser_type_launch_args, findings, signed_in  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Manager:
    """Mara at her browser."""

    def __init__(self, page: Any, url: str) -> None:
        self.page, self.url = page, url

    def visit(self, path: str) -> None:
        self.page.goto(f"{self.url}/projects/churn/{path}")

    def press(self, name: str, at: Any = None) -> None:
        (at or self.page).get_by_role("button", name=name, exact=True).first.click()

    def said(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def task(self, key: str) -> Any:
        """The task on the page of its phase, opened by its address."""
        self.visit(f"phases/1#{key}")
        return self.page.locator(f"#{key}")

    def write(self, kind: DocumentKind) -> None:
        """Fill in every field people are asked for, and submit."""
        self.visit(f"documents/{kind.key}/edit")
        values = walk.values_for(kind)
        for key, value in values.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                self._write_rows(key, value)
            else:
                self._write(
                    self.page.locator(f"[name='{key}']"), "\n".join(value) if isinstance(value, list) else value
                )
        self.press("Save and submit for review")
        self.said("It waits for its review.")

    def fill(self, values: dict[str, str]) -> None:
        for name, value in values.items():
            self._write(self.page.locator(f"main [name='{name}']"), value)

    def _write_rows(self, key: str, rows: list[dict[str, str]]) -> None:
        table = self.page.locator(f"[data-rows='{key}']")
        while table.locator("[data-row]").count() < len(rows):
            self.press("Add a row", table)
        for i, row in enumerate(rows):
            for column, value in row.items():
                self._write(table.locator("[data-row]").nth(i).locator(f"[name='{key}.{column}']"), value)

    def _write(self, field: Any, value: str) -> None:
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


@pytest.fixture
def mara(signed_in: Any, live_server: Any) -> Manager:  # noqa: F811 - pytest's way to ask for a fixture
    return Manager(signed_in, live_server.url)


def enter(browser: Any, url: str, name: str) -> Any:
    """Another person at a browser of their own."""
    page = browser.new_context().new_page()
    page.goto(f"{url}/accounts/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", people.PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{url}/")
    return page


def rate_risks(mara: Manager) -> None:
    """From the gate's check to the risks of the phase, all at once."""
    mara.visit("gates/1")
    expect(mara.page.locator(".verdict").first).to_contain_text("Risks identified and ranked")
    mara.visit("risks?phase=1")
    mara.page.get_by_label("Choose all", exact=True).check()
    form = mara.page.locator("form#rate-many")
    form.get_by_label("Severity").select_option("medium")
    form.get_by_label("Likelihood").select_option("possible")
    form.get_by_label("Why they are judged alike").fill("None is out of the ordinary.")
    mara.press("Rate the chosen ones")
    mara.said("Rated.")


def sign(page: Any, url: str) -> None:
    """What waits for a person's word leads to the gate."""
    page.goto(f"{url}/approvals?kind=gate")
    page.get_by_text("Feasibility gate").first.click()
    page.get_by_role("link", name="Look at it first").click()
    page.get_by_role("button", name="Sign as").first.click()
    expect(page.get_by_text("You have signed.")).to_be_visible()


def accept(page: Any, url: str, kind: str) -> None:
    page.goto(f"{url}/approvals?kind=document")
    page.locator("details", has_text=kind).locator("summary").first.click()
    page.get_by_role("link", name="Look at it first").locator("visible=true").first.click()
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_text("Your acceptance is recorded.")).to_be_visible()


def propose_criteria(mara: Manager) -> None:
    for key, level in walk.CRITERIA.items():
        mara.visit("criteria")
        mara.page.get_by_text("Propose a criterion").first.click()
        form = mara.page.locator("form:has([name=level])")
        form.locator("[name=key]").fill(key)
        form.locator("[name=level]").select_option(level)
        form.locator("[name=name]").fill(key.capitalize())
        for name, value in {"metric": key, "unit": "1", "threshold": "0.9", "floor": "0.8", "method": "As agreed.",
                            "owner_name": "Dora", "justification": "It tells what we need."}.items():  # fmt: skip
            form.locator(f"[name={name}]").fill(value)
        form.locator("[name=direction]").select_option("at_least")
        if level != "business":
            form.locator("[name=supports]").select_option("retention")
        form.get_by_role("button", name="Propose").click()
        mara.said("Proposed; another person approves it.")


def register_data(mara: Manager) -> None:
    """The source of the data and its first version."""
    for kind, key, about, said in (
        ("data-source", "crm", artefacts.ABOUT["data-source"], {}),
        ("dataset", "raw", {}, {"sha256": "a" * 64, "inputs": "crm@1", "step": "export", "step_mode": "automated",
                                "role": "raw"}),
    ):  # fmt: skip
        mara.visit(f"registry/new/{kind}")
        mara.fill({"key": key, "name": key.capitalize(), "owner": "olga", **about})
        mara.press("Register")
        mara.said("is registered.")
        mara.visit(f"registry/artefacts/{key}/new-version")
        mara.fill({"label": "1", **said})
        mara.press("Register the version")
        mara.said("is registered.")


def reviewers(cast: Cast, kind: str) -> list[str]:
    """One of each group of roles that the document needs, none its author."""
    chosen: list[str] = []
    for group in of(cast.project.catalogue).document_kinds[kind].review_roles:
        free = [name for name in walk.REVIEWERS if name not in {"mara", *chosen}]
        chosen.append(next(name for name in free if set(people.ROLES[name]) & set(group)))
    return chosen


def review(cast: Cast, kind: str) -> None:
    revision = Revision.objects.get(document__project=cast.project, document__kind=kind, state="submitted")
    for name in reviewers(cast, kind):
        documents.accept(revision=revision, by=cast.actors[name])


def do(mara: Manager, cast: Cast, task: Task) -> None:
    kinds = of(cast.project.catalogue).document_kinds
    mara.press("Start", mara.task(task.key))
    mara.said("The task has started.")
    for kind in task.document_kinds:
        mara.write(kinds[kind])
        review(cast, kind)
    at = mara.task(task.key)
    for box in at.locator("input[name=done]").all():
        box.check()
    if task.checklist:
        mara.press("Save the checklist", at)
        mara.said("Saved.")
    at = mara.task(task.key)
    at.get_by_label("What was done").fill("All of it.")
    mara.press("Hand in", at)
    mara.said("Handed in")
    tasks.finish(task=Task.objects.get(pk=task.pk), by=cast.dana)


def ready(project: Project) -> list[Task]:
    rows = Task.objects.filter(project=project, phase__number=1, state=Task.State.TO_DO)
    return [task for task in rows if walk._is_ready(task)]


def test_a_project_manager_completes_phase_1(mara: Manager, live_server: Any, browser: Any) -> None:
    cast = people.gather()
    propose_criteria(mara)
    for version in CriterionVersion.objects.filter(project=cast.project, state="draft").order_by("criterion__level"):
        criteria.approve(version=version, by=cast.dora)
    assert Criterion.objects.filter(project=cast.project).count() == 3
    while tasks_now := ready(cast.project):
        for task in tasks_now:
            do(mara, cast, task)
    walk.accept_document(cast, "additional-processes-plan")  # an output can harm, so gate 1 asks for it
    register_data(mara)
    classified.signed(cast)
    mara.visit("phases/1")
    mara.page.get_by_label("Choose all that are open").check()
    mara.page.get_by_label("How the chosen ones are met").fill("By the documents of the phase.")
    mara.press("Confirm the chosen ones")
    mara.said("Confirmed")
    rate_risks(mara)
    mara.visit("gates/1")
    assert findings(mara.page) == []
    mara.press("Submit for decision")
    mara.said("The gate is submitted; its facts are frozen.")
    evaluation = Gate.objects.get(project=cast.project, phase__number=1).evaluations.get(state="open")
    mara.said("To pass, it still needs 3 signatures.")
    for name in walk.signers(evaluation):
        sign(enter(browser, live_server.url, name), live_server.url)
    mara.visit("gates/1")
    mara.page.get_by_label("Pass").first.check()
    mara.page.get_by_label("Reason").first.fill("Everything is there.")
    mara.press("Decide")
    mara.said("The gate is decided.")
    assert Phase.objects.get(project=cast.project, number=2).state == Phase.State.OPEN
    mara.page.get_by_role("link", name="Go on with phase 2").click()
    expect(mara.page.get_by_role("heading", level=1)).to_contain_text("Data Engineering")


def test_reviewers_find_a_document_among_what_waits_for_them(mara: Manager, live_server: Any, browser: Any) -> None:
    cast = people.gather()
    propose_criteria(mara)
    kind = of(cast.project.catalogue).document_kinds["scope-document"]
    mara.press("Start", mara.task(kind.tasks[0]))
    mara.said("The task has started.")
    mara.write(kind)
    for name in reviewers(cast, kind.key):
        accept(enter(browser, live_server.url, name), live_server.url, kind.name)
    assert Revision.objects.get(document__project=cast.project, document__kind=kind.key).state == "accepted"


def test_a_form_says_what_is_missing_and_keeps_what_was_written(mara: Manager) -> None:
    mara.visit("documents/feasibility-report/edit")
    mara.page.get_by_label("Stage", exact=True).select_option("confirmed")
    mara.page.get_by_label("Applicability").fill("Given by literature.")
    mara.press("Save and submit for review")
    data_version = mara.page.get_by_label("Data version it rests on")
    expect(data_version).to_have_attribute("aria-invalid", "true")
    mara.said("This is needed before it can be reviewed.")
    expect(mara.page.get_by_label("Applicability")).to_have_value("Given by literature.")
    assert findings(mara.page) == []
    mara.page.set_viewport_size({"width": 360, "height": 740})
    assert mara.page.evaluate("document.documentElement.scrollWidth") == 360


def test_rows_are_added_and_taken_away_by_keyboard(mara: Manager) -> None:
    mara.visit("documents/data-collection-report/edit")
    table = mara.page.locator("[data-rows=plan]")
    table.get_by_label("Source").fill("CRM")
    table.get_by_role("button", name="Add a row").press("Enter")
    assert table.locator("[data-row]").count() == 2
    expect(table.locator("[data-row]").nth(1).get_by_label("Source")).to_be_focused()
    table.locator("[data-row]").first.get_by_role("button", name="Remove this row").press("Enter")
    assert table.locator("[data-row]").count() == 1
    expect(table.get_by_label("Source")).to_have_value("")
