"""Rules of gates that read the registry's facts. Pure, as all rules."""

from __future__ import annotations

from typing import Any

from catalogue.rule_params import Param
from projects.gates.rules import (
    KIND,
    Facts,
    Finding,
    Params,
    accepted,
    link,
    listed,
    met,
    missing,
    not_met,
    rule,
    unknown,
)
from registry.kinds import KINDS
from registry.models import Profile

A_KIND = Param(one_of=tuple(KINDS))
SOME_KINDS = Param("texts", one_of=tuple(KINDS))
ABOUT = Param(one_of=tuple(sorted({field.key for kind in KINDS.values() for field in kind.about.fields})))
WHERE = Param("cells", is_required=False)
# Marks that say that something upstream changed since, and its owner has not settled that.
UNSETTLED = {"upstream_changed", "at_risk", "objected"}
# What may stand at the beginning of a chain.
ORIGINS = {"data-source", "external"}


@rule(kind=A_KIND, where=WHERE)
def artefact_registered(facts: Facts, params: Params) -> Finding:
    """There is a newest version of the kind whose fields are as in `where`."""
    found = [v for v in _newest(facts, params["kind"]) if _fits(v["fields"], params)]
    name = KINDS[params["kind"]].name.lower()
    condition = ", ".join(f"{key.replace('-', ' ')} “{value}”" for key, value in params.get("where", {}).items())
    said = f"{name} with {condition}" if condition else name
    if not found:
        return not_met(f"No version of a {said} is registered.", [_registry()])
    return met(f"Registered: {listed(v['ref'] for v in found)}.", _links(found))


@rule(kind=A_KIND, field=ABOUT, where=WHERE)
def artefacts_state(facts: Facts, params: Params) -> Finding:
    """Every artefact of the kind, as far as it is as in `where`, says something in `field`."""
    every = [a for a in facts["registry"]["artefacts"] if a["kind"] == params["kind"]]
    if not every:
        return unknown(f"No {KINDS[params['kind']].name.lower()} is registered.", [_registry()])
    asked = [a for a in every if _fits(a["fields"], params)]
    silent = [a for a in asked if not a["fields"].get(params["field"])]
    word = params["field"].replace("-", " ")
    if silent:
        return not_met(f"Nothing is said of the {word} of {listed(a['name'] for a in silent)}.", _pages(silent))
    return met(f"The {word} is stated wherever it is needed.", _pages(asked))


@rule(kind=A_KIND)
def artefacts_owned(facts: Facts, params: Params) -> Finding:
    """Every artefact of the kind has an owner who is active and works in the project."""
    every = [a for a in facts["registry"]["artefacts"] if a["kind"] == params["kind"]]
    if not every:
        return unknown(f"No {KINDS[params['kind']].name.lower()} is registered.", [_registry()])
    orphans = [a for a in every if not a["owner_is_active"]]
    if orphans:
        return not_met(f"Without an active owner: {listed(a['name'] for a in orphans)}.", _pages(orphans))
    return met(f"All {len(every)} have an active owner.", _pages(every))


@rule(kind=A_KIND, where=WHERE)
def lineage_complete(facts: Facts, params: Params) -> Finding:
    """From each newest version of the kind every way upstream ends in raw data or a source, without a gap."""
    ends = [v for v in _newest(facts, params["kind"]) if _fits(v["fields"], params)]
    if not ends:
        return not_met(f"No such {KINDS[params['kind']].name.lower()} is registered.", [_registry()])
    versions = _by_ref(facts)
    gaps = [v for v in _upstream(versions, ends) if v["kind"] == params["kind"] and not _has_origin(v, versions)]
    if gaps:
        return not_met(f"A gap: nobody says what {listed(v['ref'] for v in gaps)} was made from.", _links(gaps))
    return met(f"Known from the raw data to {listed(v['ref'] for v in ends)}.", _links(ends))


@rule(kind=A_KIND)
def versions_complete(facts: Facts, params: Params) -> Finding:
    """Each newest version of the kind has all that it takes to make it again."""
    found = _newest(facts, params["kind"])
    if not found:
        return not_met(f"No version of a {KINDS[params['kind']].name.lower()} is registered.", [_registry()])
    lacking = [v for v in found if v["lacks"]]
    if lacking:
        said = listed(f"{v['ref']} ({', '.join(v['lacks'])})" for v in lacking)
        return not_met(f"To be made again, these lack: {said}.", _links(lacking))
    return met(f"Complete: {listed(v['ref'] for v in found)}.", _links(found))


@rule(kind=KIND, field=Param(names="field", of="kind", is_filled=True))
def parts_owned(facts: Facts, params: Params) -> Finding:
    """Everything the model that the document names was made from, or serves it, has an active owner."""
    model = _named_model(facts, params["kind"], params["field"])
    if isinstance(model, Finding):
        return model
    versions = _by_ref(facts)
    users = [v for v in versions.values() if v["is_own"] and model in _upstream(versions, [v])]
    parts = {v["ref"]: v for v in [*_upstream(versions, [model]), *users]}
    active = {a["key"] for a in facts["registry"]["artefacts"] if a["owner_is_active"]}
    orphans = [v for v in parts.values() if not (v["artefact"] in active if v["is_own"] else v["has_owner"])]
    if orphans:
        return not_met(f"Parts without an active owner: {listed(v['ref'] for v in orphans)}.", _links(orphans))
    return met(f"All {len(parts)} parts have an owner.", _links([model]))


@rule(
    kind=KIND,
    model=Param(names="field", of="kind", is_filled=True),
    data=Param(names="field", of="kind", is_filled=True),
)
def data_as_evaluated(facts: Facts, params: Params) -> Finding:
    """The document names the data its model was made from, and nothing upstream changed since without an answer."""
    model = _named_model(facts, params["kind"], params["model"])
    if isinstance(model, Finding):
        return model
    versions, named = _by_ref(facts), accepted(facts, params["kind"])["fields"][params["data"]]
    data = [v for v in _upstream(versions, [model]) if v["kind"] == "dataset"]
    links = [link("document", params["kind"]), *_links([model])]
    if not any(named in {v["ref"], v["label"]} for v in data):
        made_from = listed(v["ref"] for v in data)
        return not_met(f"{model['ref']} was made from {made_from}; the document names {named}.", links)
    changed = [m["cause"] or "an announced change" for m in model["marks"] if m["kind"] in UNSETTLED]
    if changed:
        since = listed(changed)
        return not_met(f"The evaluation of {model['ref']} refers to an older version: {since} came since.", links)
    return met(f"{model['ref']} was made from {named}, as evaluated.", links)


@rule(stages=Param("texts", one_of=tuple(Profile.Stage.values)))
def stages_compared(facts: Facts, params: Params) -> Finding:
    """The newest models, or what they were made from, have statistics of all stages with a feature in common."""
    models = _newest(facts, "model")
    if not models:
        return not_met("No version of a model is registered.", [_registry()])
    versions = _by_ref(facts)
    stages: dict[str, set[str]] = {}
    for version in _upstream(versions, models):
        for stage, features in version["features"].items():
            stages[stage] = stages.get(stage, set()) | set(features)
    lacking = [stage for stage in params["stages"] if stage not in stages]
    if lacking:
        return not_met(f"No statistics of these stages: {listed(lacking)}.", _links(models))
    common = set.intersection(*(stages[stage] for stage in params["stages"]))
    if not common:
        return not_met("The stages have no feature in common, so nothing can be compared.", _links(models))
    return met(f"Compared in {len(common)} features: {listed(params['stages'])}.", _links(models))


Version = dict[str, Any]


def _newest(facts: Facts, kind: str) -> list[Version]:
    return [v for v in facts["registry"]["versions"] if v["kind"] == kind and v["is_own"] and v["is_newest"]]


def _by_ref(facts: Facts) -> dict[str, Version]:
    return {v["ref"]: v for v in facts["registry"]["versions"]}


def _upstream(versions: dict[str, Version], starts: list[Version]) -> list[Version]:
    """These and everything they were made from."""
    found: dict[str, Version] = {}
    waiting = [v["ref"] for v in starts]
    while waiting:
        ref = waiting.pop(0)
        if ref not in found:
            found[ref] = versions[ref]
            waiting += versions[ref]["inputs"]
    return list(found.values())


def _has_origin(version: Version, versions: dict[str, Version]) -> bool:
    """It is raw, or was made from other data or a source."""
    if version["fields"].get("role") == "raw":
        return True
    kinds = {versions[ref]["kind"] for ref in version["inputs"]}
    return bool(kinds & (ORIGINS | {version["kind"]}))


def _named_model(facts: Facts, kind: str, field: str) -> Version | Finding:
    """The model version an accepted document names by reference or label; several of one label: the last registered."""
    document = accepted(facts, kind)
    if document is None:
        return missing(facts, kind)
    name = document["fields"][field]
    found = [v for v in facts["registry"]["versions"] if v["kind"] == "model" and name in {v["ref"], v["label"]}]
    if not found:
        return not_met(f"The registry has no model version {name}.", [link("document", kind), _registry()])
    return found[-1]


def _fits(fields: dict[str, Any], params: Params) -> bool:
    return all(fields.get(key) == value for key, value in params.get("where", {}).items())


def _registry() -> dict[str, str]:
    return link("registry", "")


def _links(versions: list[Version]) -> list[dict[str, str]]:
    """To the pages of their artefacts; those of other projects have none here."""
    return _pages([{"key": key} for key in dict.fromkeys(v["artefact"] for v in versions if v["artefact"])])


def _pages(artefacts: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [link("artefact", a["key"]) for a in artefacts]
