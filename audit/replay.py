"""A log carried to another installation: written out whole, and brought in event by event.

Nothing is trusted that can be computed: hashes of lines and events, their order, and the root over all. The guards of
the database stay up, since every row goes through the versions it went through before. What is brought in has the same
root; it is signed anew by the installation that took it in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_datetime

from audit import bundle, tree
from audit.governed import GovernedModel
from audit.past import instance
from audit.storing import insert
from audit.trail import Actor, Change, Event, Private
from crispmlq.errors import Invalid

CHUNK = 500
# What a carried log raises that is no log, or one of another program.
UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError, ValidationError, RecursionError)
Made = set[tuple[type[GovernedModel], UUID]]


def written(log_id: UUID) -> dict[str, Any]:
    """The sealed events of a log with all that hangs on them; seals first. Raises: as `bundle.head_of`."""
    head = bundle.head_of(log_id)
    events, leaves, refs = [], [], set()
    for first in range(0, head.size, bundle.CHUNK):
        found = bundle.events_at(head, first)
        uids = [event.uid for event in found]
        lines = bundle.grouped(Change, "event_id", "event__in", uids, "n")
        values = bundle.grouped(Private, "event_uid", "event_uid__in", uids, "path")
        for event in found:
            leaves.append(bytes(event.leaf))
            refs.add(event.actor_ref)
            events.append(
                {
                    "body": bytes(event.body).decode(),
                    "changes": [bytes(line.body).decode() for line in lines.get(event.uid, ())],
                    "beside": [_beside(row) for row in values.get(event.uid, ())],
                }
            )
    actors = Actor.objects.filter(ref__in=refs).order_by("ref")
    return {
        "log": str(log_id),
        "size": head.size,
        "root": tree.root(leaves).hex(),
        "actors": [
            {"ref": str(a.ref), "kind": a.kind, "account": a.account_id and str(a.account_id), "display": a.display}
            for a in actors
        ],
        "events": events,
    }


def _beside(row: Private) -> dict[str, Any]:
    return {"path": row.path, "salt": None if row.salt is None else bytes(row.salt).hex(), "value": row.value}


@dataclass(frozen=True)
class Checked:
    """A carried log whose hashes are right."""

    log_id: UUID
    root: str
    events: list[dict[str, Any]]
    actors: list[dict[str, Any]]


def checked(data: Any) -> Checked:
    """Raises: Invalid: it is no carried log, a part was altered or is missing, or it holds unknown kinds of rows."""
    try:
        log_id, events, actors = UUID(data["log"]), data["events"], data["actors"]
        leaves = [_checked_event(log_id, at, event) for at, event in enumerate(events)]
        for actor in actors:
            UUID(actor["ref"]), actor["kind"], actor["account"] and UUID(actor["account"])
        is_whole = len(events) == data["size"] and tree.root(leaves).hex() == data["root"]
    except UNREADABLE:
        raise Invalid("This is no project as it is exported here, or a part of it is missing.") from None
    if not is_whole:
        raise Invalid("The trail leads to another root than the one it names. Something was altered or is missing.")
    return Checked(log_id, data["root"], events, actors)


def _checked_event(log_id: UUID, at: int, event: dict[str, Any]) -> bytes:
    header = json.loads(event["body"])
    leaves = [tree.leaf(body.encode()) for body in event["changes"]]
    told = header["changes"]
    if header["log"] != str(log_id) or (len(leaves), tree.root(leaves).hex()) != (told["n"], told["root"]):
        raise Invalid(f"The changes of event {at + 1} are not those its header commits to.")
    commitments = {f"/{name}": header[key]["c"] for name, key in (("reason", "reason"), ("subject", "label"))
                   if header[key]}  # fmt: skip
    digests = {}
    for n, body in enumerate(event["changes"]):
        line = json.loads(body)
        _model(line["type"])
        commitments |= {f"/{n}/{name}": hidden["c"] for name, hidden in line.get("hid", {}).items()}
        digests |= {f"/{n}/{name}": after["sha256"] for name, (_, after) in line["set"].items() if _is_folded(after)}
    for kept in event["beside"]:
        if kept["value"] is not None and not _fits(kept, commitments, digests):
            raise Invalid(f"A value beside event {at + 1} is not the one it commits to: {kept['path']}.")
    return tree.leaf(event["body"].encode())


def _fits(kept: dict[str, Any], commitments: dict[str, str], digests: dict[str, str]) -> bool:
    value = kept["value"].encode()
    if kept["salt"] is None:
        return digests.get(kept["path"]) == hashlib.sha256(value).hexdigest()
    return commitments.get(kept["path"]) == tree.commitment(bytes.fromhex(kept["salt"]), value)


def replay(log: Checked, tell: Callable[[int], None] = lambda _: None) -> int:
    """Store the events and let every row go through its changes; inside a transaction. How many rows there are now.

    Raises: Invalid: an event can not be read, or it changes a row that is not the log's own.
    """
    known = set(Actor.objects.filter(ref__in=[a["ref"] for a in log.actors]).values_list("ref", flat=True))
    unknown = [actor for actor in log.actors if UUID(actor["ref"]) not in known]
    insert(Actor, [_actor(actor) for actor in unknown])
    made: Made = set()
    for at, event in enumerate(log.events):
        try:
            _replay(log.log_id, event, made)
        except UNREADABLE:
            raise Invalid(f"Event {at + 1} can not be read.") from None
        if at % CHUNK == 0:
            tell(at)
    return len(made)


def _actor(told: dict[str, Any]) -> dict[str, Any]:
    account = told["account"] and UUID(told["account"])
    return {
        "ref": UUID(told["ref"]),
        "kind": told["kind"],
        "account_id": account,
        "display": told["display"],
        "email": None,
    }


def _replay(log_id: UUID, event: dict[str, Any], made: Made) -> None:
    header = json.loads(event["body"])
    uid = UUID(header["id"])
    beside = {kept["path"]: kept["value"] for kept in event["beside"]}
    for n, body in enumerate(event["changes"]):
        line, leaf = json.loads(body), tree.leaf(body.encode())
        insert(Change, [{"event": uid, "n": n, "obj_type": line["type"], "obj_id": UUID(line["id"]),
                         "obj_ver": line["ver"], "body": body.encode(), "leaf": leaf}])  # fmt: skip
        _apply(line, n, leaf, beside, log_id, made)
    insert(Private, [_private(uid, kept, event["changes"]) for kept in event["beside"]])
    body = event["body"].encode()
    insert(
        Event,
        [
            {
                "uid": uid, "log_id": log_id, "act": header["act"], "actor_ref": UUID(header["by"]["ref"]),
                "request_id": header["req"] and UUID(header["req"]), "at": parse_datetime(header["at"]), "body": body,
                "leaf": tree.leaf(body),
            }
        ],
    )  # fmt: skip


def _private(uid: UUID, kept: dict[str, Any], changes: list[str]) -> dict[str, Any]:
    salt = None if kept["salt"] is None else bytes.fromhex(kept["salt"])
    number = kept["path"].split("/")[1]
    row = UUID(json.loads(changes[int(number)])["id"]) if number.isdecimal() and salt else None
    return {"event_uid": uid, "path": kept["path"], "salt": salt, "value": kept["value"], "subject_ref": row}


def _apply(
    line: dict[str, Any], n: int, leaf: bytes, beside: dict[str, str | None], log_id: UUID, made: Made
) -> None:  # fmt: skip
    """Create the row or change one that this very log has made."""
    model, key = _model(line["type"]), UUID(line["id"])
    values: dict[str, Any] = {}
    for name, (_, after) in line["set"].items():
        values[name] = _kept(beside, f"/{n}/{name}") if _is_folded(after) else after
    for name in line.get("hid", {}):
        values[name] = _kept(beside, f"/{n}/{name}")
    row = instance(model, key, {**values, "audit_ver": line["ver"]})
    row.audit_head = leaf
    is_new = line["ver"] == 1
    # A changed row without its log in `values` stays where it is.
    if row.audit_log_id not in ({log_id} if is_new else {log_id, None}) or (not is_new and (model, key) not in made):
        raise Invalid(f"It holds a change to a row that is not its own: {line['type']} {key}.")
    if is_new:
        models.Model.save_base(row, raw=True, force_insert=True)
        made.add((model, key))
        return
    fields = {f.name: getattr(row, f.attname) for f in model._meta.concrete_fields if f.name in values}
    models.QuerySet(model).filter(pk=key).update(**fields, audit_ver=line["ver"], audit_head=leaf)


def _kept(beside: dict[str, str | None], path: str) -> Any:
    """The value that lies beside the line; nothing, if it was erased."""
    value = beside.get(path)
    return None if value is None else json.loads(value)


def _is_folded(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"sha256", "len"}


def _model(kind: str) -> type[GovernedModel]:
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError):
        model = None
    if model is None or not issubclass(model, GovernedModel):
        raise Invalid(f"It holds rows of a kind this program does not know: {kind}. Import it with a newer version.")
    return model
