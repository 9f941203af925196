"""`manage.py demo`: build the example project, once. Prints the generated passwords, which nobody can see again."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application

from accounts.actors import Actor
from accounts.models import User
from accounts.services import tokens, users
from audit import SYSTEM
from compliance.services import reports
from jobs.models import Job
from projects.models import Project
from projects.services import memberships, projects

SLUG = "breast-cancer"


class Command(BaseCommand):
    help = "Build the example project through the REST API and print how to sign in."

    def handle(self, **_: Any) -> None:
        if User.objects.exists():
            self.stdout.write("There are accounts already; the example is only built on an empty database.")
            return
        from examples.breast_cancer import people, story
        from examples.breast_cancer.client import Client

        passwords = self._accounts(people.MEMBERS)
        try:
            self._build(people, story, Client)
        finally:  # nobody can see them again, whatever became of the example
            self.stdout.write("\nSign in as (passwords are shown only now):")
            for name, password in passwords.items():
                self.stdout.write(f"  {name:<16} {password}")

    def _build(self, people: Any, story: Any, client: Any) -> None:
        actors = {user.username: Actor(user, via="command") for user in User.objects.all()}
        project = self._project(actors, people)
        pipeline = actors["pipeline"].user
        token, plain = tokens.create(user=pipeline, project_id=project.pk, scope="write", days=1, by=SYSTEM)
        with served() as url:
            story.tell(client(url, plain, SLUG), people.People(project, actors), self.stdout.write)
        tokens.revoke(token=token, by=SYSTEM)
        self._dossier(project, actors["auditor"])

    def _accounts(self, members: dict[str, tuple[str, list[str]]]) -> dict[str, str]:
        passwords = {}
        for name, (display, _) in members.items():
            service = name == "pipeline"
            password = None if service else secrets.token_urlsafe(12)
            users.create(username=name, display_name=display, by=SYSTEM, password=password, is_service=service)
            if password:
                passwords[name] = password
        passwords["auditor"] = secrets.token_urlsafe(12)
        users.create(
            username="auditor", display_name="Ada Winter", by=SYSTEM, password=passwords["auditor"], site_role="auditor"
        )
        return passwords

    def _dossier(self, project: Project, auditor: Actor) -> None:
        job = reports.request(project=project, by=auditor, now=True)
        self.stdout.write("The dossier is built." if job.state == Job.State.DONE else f"No dossier: {job.message}")

    def _project(self, actors: dict[str, Actor], people: Any) -> Project:
        manager = actors["manager"]
        project = projects.create(
            slug=SLUG, name="Breast tumour classification", answers=people.ANSWERS, by=manager,
            purpose="Help pathologists to tell malignant from benign tumours, with a person deciding every case.",
        )  # fmt: skip
        for name, (_, roles) in people.MEMBERS.items():
            if name != "manager":
                memberships.set_roles(project=project, user=actors[name].user, roles=roles, by=manager)
        projects.start(project=project, by=manager)
        return project


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing: the answers are in the application's own log."""


@contextmanager
def served() -> Iterator[str]:
    """The application on a free port of this machine, for as long as the block runs."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=_Server, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
