"""`python tests/audit/mutations.py [WORD]`: takes away each check and guard in turn, and shows the test that fails.

Works on two copies of the checkout at a time. Exit status 1 if anything can be taken away without a test noticing. With
WORD, only what has it in its name.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parent.parent.parent
PRUNING = "tests/audit/test_pruning.py tests/audit/test_pruned_bundle.py tests/audit/test_pruned_tampering.py"
VERIFIER = "audit/standalone/verify_bundle.py"
AT_ONCE = 2


@dataclass(frozen=True)
class Mutation:
    """Text of a file that is replaced at one place, and the tests of which one has to fail."""

    name: str
    path: str
    start: int
    old: str
    new: str
    tests: str


def main() -> int:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [mutation for mutation in mutations() if wanted in mutation.name]
    copies: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as threads:
        for number in range(AT_ONCE):
            copies.put(copied(Path(folder) / str(number)))
        noticed = list(threads.map(lambda mutation: is_noticed(copies, mutation), chosen))
    survivors = [mutation.name for mutation, seen in zip(chosen, noticed, strict=True) if not seen]
    print(f"{len(survivors)} not noticed" + "".join(f"\n  {name}" for name in survivors))
    return 1 if survivors else 0


def copied(to: Path) -> Path:
    ignored = shutil.ignore_patterns(".git", ".venv", "var", "staticfiles", "__pycache__", ".*_cache")
    return Path(shutil.copytree(ROOT, to, ignore=ignored))


def is_noticed(copies: SimpleQueue[Path], mutation: Mutation) -> bool:
    copy = copies.get()
    path = copy / mutation.path
    text = path.read_text()
    end = mutation.start + len(mutation.old)
    path.write_text(text[: mutation.start] + mutation.new + text[end:])
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *mutation.tests.split()]
    if mutation.path == VERIFIER:  # which knows no database, so one that is there will do
        command.append("--reuse-db")
    own = os.environ | {"CRISPMLQ_VAR_DIR": str(copy / "var")}
    done = subprocess.run(command, cwd=copy, env=own, capture_output=True, text=True)
    path.write_text(text)
    copies.put(copy)
    found = re.search(r"^(FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    print(f"{mutation.name}: {found[2] if found else 'NOT NOTICED'}", flush=True)
    return done.returncode != 0


def mutations() -> Iterator[Mutation]:
    yield from refusals(VERIFIER, "raise Tampered(", "Tampered(", f"{OFFLINE} {PRUNING}")
    yield from refusals("audit/sealing.py", "raise Trail", "Trail", "tests/audit/test_sealing.py")
    yield from refusals("audit/keys.py", "raise NoKey(", "NoKey(", "tests/audit/test_sealing.py tests/test_commands.py")
    yield from refusals("audit/acts.py", "raise ", "str() or ", f"{ACTS} {AS_READ}")
    yield from refusals("audit/pruning.py", "raise Not", "str() or Not", PRUNING + " --services")
    yield from refusals("projects/services/retention.py", "raise Not", "str() or Not", PRUNING)
    yield from guards()
    for name, path, old, new, tests in CHANGES:
        start = (ROOT / path).read_text().index(old)
        yield Mutation(f"{path}: {name}", path, start, old, new, tests)


def refusals(path: str, old: str, new: str, tests: str) -> Iterator[Mutation]:
    """Each place where `old` stands as a statement of its own."""
    text = (ROOT / path).read_text()
    for found in re.finditer(rf"(?m)^ +({re.escape(old)})(?=.)", text):
        line = text.count("\n", 0, found.start()) + 1
        rest = text[found.start(1) : text.index("\n", found.start(1))]
        if rest not in {"raise wrong", "raise"}:
            was, becomes = old, new
            if rest.endswith(" from None"):  # goes as well, or nothing could read the file
                was, becomes = rest, new + rest.removeprefix(old).removesuffix(" from None")
            yield Mutation(f"{path}, line {line}: {rest}", path, found.start(1), was, becomes, tests)


def guards() -> Iterator[Mutation]:
    """Each trigger of either database; a `yield` that gives nothing."""
    path = "audit/guards.py"
    text = (ROOT / path).read_text()
    for found in re.finditer(r'(?m)^ +(yield) (?=\(?\s*"\w+",)', text):
        line = text.count("\n", 0, found.start()) + 1
        on_postgresql = found.start() > text.index("def _postgresql(")
        tests = "tests/audit/test_acts.py" + (" --services" if on_postgresql else "")
        yield Mutation(f"{path}, line {line}: a trigger", path, found.start(1), "yield", "_ =", tests)


OFFLINE = " ".join(
    f"tests/audit/test_{name}.py"
    for name in (
        *("bundle", "tampering", "older_heads", "tree", "fast_path"),
        *("receipts", "anchors", "timestamps", "restored", "erasing"),
    )
)
ACTS = "tests/audit/test_acts.py"
AS_READ = "tests/audit/test_as_read.py"
SEALING = "tests/audit/test_sealing.py"
STATE = "tests/audit/test_verifying.py"
CHANGES = [
    ("a rolled-back seal keeps its entries", "audit/sealing.py", "with transaction.atomic():", "if True:", SEALING),
    ("pending events stay", "audit/sealing.py", "Pending.objects.filter(event_id__in=pending).delete", "str", SEALING),
    *(
        (f"S{n} finds nothing", "audit/verifying.py", f"lambda: {check}(", f"lambda: () and {check}(", STATE)
        for n, check in enumerate(["_columns", "_rows", "_places", "_trees", "_guards"], 1)
    ),
    (
        "pruned without looking",
        "audit/pruning.py",
        "_require_sound(verifying.verify_state",
        "str(verifying.verify_state",
        PRUNING,
    ),
    (
        "pruned without verifying",
        "audit/pruning.py",
        "_require_sound(verifying.verify(",
        "str(verifying.verify(",
        PRUNING,
    ),
    (
        "the guards stay away",
        "audit/guards.py",
        "for statement in _statements(connection.vendor, model):\n                cursor.execute",
        "for statement in ():\n                cursor.execute",
        PRUNING,
    ),
    ("the past before a pruning", "audit/past.py", "if pruned and at <", "if None and at <", PRUNING),
    ("a gap counts as pruned", "audit/verifying.py", 'events__gt=OuterRef("seq")', "events__gt=-1", PRUNING),
    (
        "a timestamp is believed",
        "audit/anchoring.py",
        "timestamps.require_signed(",
        "str and (",
        "tests/audit/test_anchors.py",
    ),
    (
        "everybody erases",
        "projects/access.py",
        "    if not may_erase(actor):",
        "    if None:",
        "tests/projects/test_erasures.py",
    ),
    (
        "reasons stand in plain",
        "audit/lines.py",
        "if name in row.audit_hidden and",
        "if None and",
        "tests/projects/test_hidden_texts.py",
    ),
    ("an act is no transaction", "audit/acts.py", "with transaction.atomic():", "if True:", ACTS),
    ("acts take changed lists for unchanged", "audit/governed.py", "...), UNCHANGEABLE", "...), object", AS_READ),
    ("acts ask not which version was read", "audit/governed.py", "bytes(read[", "b'' and bytes(read[", AS_READ),
    ("acts overwrite another version", "audit/storing.py", 'AND "audit_head" = %s', 'OR "audit_head" = %s', AS_READ),
    ("queryset.update passes", "audit/governed.py", 'raise acts.OutsideAct("update', 'str("update', ACTS),
]

if __name__ == "__main__":
    sys.exit(main())
