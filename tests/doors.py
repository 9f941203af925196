"""Every route of the application, and everybody who may come to it. What they are answered stands in `routes.yaml`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4
from zlib import crc32

import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from accounts.models import User
from accounts.services import users
from audit import SYSTEM
from catalogue.definitions import of
from projects.models import Project
from projects.services import memberships
from projects.views.commands import COMMANDS
from tests.cast import Cast, token_for

TABLE = Path(__file__).with_name("routes.yaml")
COMMAND = "projects:do"  # one route, and as many acts as there are commands
OUTSIDE = {"administrator", "former-member", "stranger", "foreign-token"}
REFUSED = {401, 403, 404}
TOGETHER = " + "  # between the roles of one person
TOKENS = {"read-token": "read", "write-token": "write", "foreign-token": "write"}


@dataclass(frozen=True)
class Door:
    """A line of the table: what each group is answered. `body`: what is sent besides what is usual."""

    name: str
    method: str
    path: str
    answers: dict[str, int]  # person, or "others" -> status
    body: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.name}"

    @property
    def is_api(self) -> bool:
        return self.path.startswith("api/")

    def status_for(self, who: str) -> int:
        """As the table says; else outsiders learn nothing of a project, and its members that they may not."""
        if who in TOKENS and not self.is_api:
            who = "anonymous"  # pages take no token
        if who in self.answers:
            return self.answers[who]
        if who == "anonymous":
            return 401 if self.is_api else 302
        usual = 404 if who in OUTSIDE and "<slug:slug>" in self.path else 403
        return self.answers.get("others", usual)

    def visitors(self) -> dict[str, int]:
        """Who tries it, with the status to come; see `kin` in the table."""
        if set(self.answers) == set(groups("who")["everybody"]) and len(set(self.answers.values())) == 1:
            return {"anonymous": self.answers["anonymous"]}
        turn, found = crc32(str(self).encode()), {}
        for kind, kin in groups("kin").items():
            alike: dict[int, list[str]] = {}
            for who in kin:
                alike.setdefault(self.status_for(who), []).append(who)
            for status, people in alike.items():
                if kind != "workers" or len(alike) == 1:
                    tried = [people[turn % len(people)]]
                else:
                    tried = [TOGETHER.join(people)] if status in REFUSED else people
                found |= dict.fromkeys(tried, status)
        return found


def routes(resolver: Any = None, namespace: str = "", prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry, inner, path)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or ''}", path


@cache
def own_paths() -> dict[str, str]:
    """Path by name of our own routes; those of the sign-in library are tested there. Commands count one by one."""
    found = {name: path for name, path in routes() if ":" in name or name in {"healthz", "vkey", "root", "profile"}}
    path = found.pop(COMMAND)
    return found | {f"{COMMAND}/{name}": path.replace("<slug:name>", name) for name in COMMANDS}


@cache
def table() -> dict[str, Any]:
    return yaml.safe_load(TABLE.read_text())


@cache
def groups(part: str) -> dict[str, list[str]]:
    return {name: people.split() for name, people in table()[part].items()}


@cache
def doors() -> list[Door]:
    named, found = groups("who"), []
    for key, value in table()["routes"].items():
        (method, name), [said, body] = key.split(), value if isinstance(value, list) else [value, {}]
        pairs = [pair.split() for pair in said.split(",") if pair]
        answers = {person: int(status) for group, status in pairs for person in named.get(group, [group])}
        found.append(Door(name, method, own_paths().get(name, ""), answers, body))
    return found


def address(door: Door, rows: dict[str, Any]) -> str:
    """The path with an argument for each place, found by the word before it, or by the two words before it."""
    if door.name.startswith(f"{COMMAND}/"):
        row = _row(COMMANDS[door.name.partition("/")[2]].model, rows)
        return "/" + door.path.replace("<slug:slug>", "churn").replace("<uuid:pk>", str(row.pk))
    parts = ["api" if door.is_api else "", *door.path.split("/")]
    for place, part in enumerate(parts):
        if part.startswith("<"):
            before = parts[place - 1]
            words = [f"{parts[0]} {before}", f"{parts[place - 2]} {before}", before, part.strip("<>").partition(":")[2]]
            parts[place] = str(next(rows[word] for word in words if word in rows))
    return "/" + "/".join(parts[1:])


def _row(model: Any, rows: dict[str, Any]) -> Any:
    """The row that is known by its key, else the newest of its kind."""
    known = {
        "phase": {"number": 1}, "gate": {"phase__number": 1}, "task": {"key": rows["tasks"]},
        "risk": {"key": rows["risks"]}, "requirement": {"key": rows["requirements"]},
        "qamethod": {"key": rows["qa-methods"]}, "criterion": {"key": rows["criteria"]},
        "membership": {"user__username": rows["members"]}, "artefactversion": {"pk": rows["artefact-versions"]},
        "artefact": {"key": rows["artefacts"]},
    }  # fmt: skip
    scope = {"slug": "churn"} if model._meta.model_name == "project" else {"project__slug": "churn"}
    return model._base_manager.filter(**scope, **known.get(model._meta.model_name, {})).order_by("pk").last()


def people(cast: Cast) -> dict[str, Client]:
    """A client for everybody who visits a door; tokens are of somebody with every role that works."""
    workers = groups("kin")["workers"]
    held = {name: name.split(TOGETHER) for name in {who for door in doors() for who in door.visitors()} | set(workers)}
    roles = {name: keys for name, keys in held.items() if set(keys) <= set(of(cast.project.catalogue).roles)}
    roles |= {"all": workers, "former-member": ["sponsor"]}
    accounts = {name: _account(n, name) for n, name in enumerate([*roles, "stranger"])}
    for name, keys in roles.items():
        memberships.set_roles(project=cast.project, user=accounts[name], roles=keys, by=cast.mara)
    memberships.set_roles(project=cast.project, user=accounts["former-member"], roles=[], by=cast.mara)
    accounts |= {"administrator": cast.root.user, "site-auditor": cast.ada.user, "project-manager": cast.mara.user}
    clients = {name: Client(raise_request_exception=False) for name in [*accounts, "anonymous", *TOKENS]}
    for name, user in accounts.items():
        clients[name].force_login(user)
    for name, scope in TOKENS.items():
        project = Project(id=uuid4()) if name == "foreign-token" else cast.project
        plain = token_for(accounts["all"].username, project, scope=scope)
        clients[name].defaults["HTTP_AUTHORIZATION"] = f"Bearer {plain}"
    return clients


def _account(number: int, name: str) -> User:
    return users.create(username=f"visitor-{number}", display_name=name[:60], by=SYSTEM, password="quite a long one")


def knock(door: Door, client: Client, rows: dict[str, Any]) -> int:
    """The status of the answer to a request that lacks nothing but, perhaps, a right."""
    answer = _answer(door, client, address(door, rows), rows)
    if answer.streaming:
        list(answer.streaming_content)  # to the end, where the file is closed
    return answer.status_code


def _answer(door: Door, client: Client, url: str, rows: dict[str, Any]) -> Any:
    if door.method == "GET":
        return client.get(url, door.body)
    body = _filled({**_demanded(door), **door.body}, rows)
    if "file" in body:
        body["file"] = SimpleUploadedFile("a.csv", body["file"].encode(), "text/csv")
    elif door.is_api:
        json_ = {"content_type": "application/json", "HTTP_IF_MATCH": '"1"'}
        return client.generic(door.method, url, json.dumps(body), **json_)
    return client.post(url, {name: value for name, value in body.items() if value is not None})


def _demanded(door: Door) -> dict[str, Any]:
    """The usual values: of every field of a form, of the fields that the API's contract demands."""
    usual = table()["usual"]
    if not door.is_api:
        return {name: value for name, value in usual.items() if not isinstance(value, dict)}
    fields, needed = _contract(door)
    wrong = [name for name in needed if name not in usual and name not in door.body]
    assert wrong == [], f"{door} needs {wrong}: add values to the table."
    return {name: [usual[name]] if _is_list(fields[name], usual[name]) else usual[name]
            for name in needed if name in usual}  # fmt: skip


def _is_list(described: dict[str, Any], value: Any) -> bool:
    return described.get("type") == "array" and not isinstance(value, list)


def _contract(door: Door) -> tuple[dict[str, Any], list[str]]:
    """Fields of the body by name, and which of them are needed."""
    path = "/" + door.path.replace("<uuid:pk>", "{id}")
    for kind in ("slug", "int", "uuid", "str"):
        path = path.replace(f"<{kind}:", "{")
    told = _schema()["paths"].get(path.replace(">", "}"), {}).get(door.method.lower(), {})
    described = next(iter(told.get("requestBody", {}).get("content", {}).values()), {}).get("schema", {})
    if "$ref" in described:
        described = _schema()["components"]["schemas"][described["$ref"].rpartition("/")[2]]
    return described.get("properties", {}), described.get("required", [])


@cache
def _schema() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def _filled(value: Any, rows: dict[str, Any]) -> Any:
    """Times that are told in words, and `$word` for what stands after the word in an address."""
    if isinstance(value, dict):
        return {name: _filled(each, rows) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, rows) for each in value]
    if isinstance(value, str) and "$" in value:
        before, _, word = value.partition("$")
        return before + str(rows[word])
    words = {"in a month": str(timezone.localdate() + timedelta(days=30)), "now": timezone.now().isoformat()}
    return words.get(value, value) if isinstance(value, str) else value
