"""YAML from strangers: read quickly, and without what lets a small file unfold into a huge one or make odd objects."""

from __future__ import annotations

from typing import Any

import yaml

KEPT = {"tag:yaml.org,2002:null", "tag:yaml.org,2002:bool"}


class AsWritten(yaml.CSafeLoader):
    """Numbers and dates stay the texts they were written as."""


AsWritten.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in KEPT]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def load(text: str, loader: type[yaml.CSafeLoader] = yaml.CSafeLoader) -> Any:
    """The value the text says. Raises: ValueError: it is no YAML, or holds aliases or tags; the message says which."""
    try:
        odd = any(isinstance(e, yaml.AliasEvent) or getattr(e, "tag", None) for e in yaml.parse(text, Loader=loader))
        found = None if odd else loader(text).get_single_data()
    except (yaml.YAMLError, ValueError, RecursionError):
        raise ValueError("The file is no YAML.") from None
    if odd:
        raise ValueError("Aliases and tags of YAML are not taken.")
    return found
