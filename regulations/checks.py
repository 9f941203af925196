"""What a check of a regulation says to the records of a project: passed, failed or open, and why in plain words.

A check names a record type, maybe a filter `where`, a test and its arguments (`meta.check_language` of the facts). A
passed check is evidence that is there, never compliance by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from regulations.record_types import RecordType
from regulations.records import Record, Records, Reference

PASSED, FAILED, OPEN = "passed", "failed", "open"
NAMED = 5  # so many records are named in a sentence
EMPTY = (None, "", [], {})


class BrokenCheck(ValueError):
    """A check that no records could answer: an error of the pack."""


@dataclass(frozen=True)
class Outcome:
    """`references`: what a failure is about, or what else the verdict rests on."""

    result: Literal["passed", "failed", "open"]
    because: str
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Check:
    """`of` are the records it is about, `other` those it compares them with."""

    test: str
    of: RecordType
    where: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    other: RecordType | None = None

    @property
    def subject(self) -> str:
        """“Document (Kind: Technical documentation)”."""
        filters = [f"{self.of.by_key[key].label}: {self.of.told(key, value)}" for key, value in self.where.items()]
        return f"{self.of.name} ({', '.join(filters)})" if filters else self.of.name

    def label(self, key: str) -> str:
        return self.of.by_key[self.given[key]].label


Test = Callable[[Check, tuple[Record, ...], Records, date], Outcome]
# Name -> (test, arguments it needs, further ones it may have).
TESTS: dict[str, tuple[Test, frozenset[str], frozenset[str]]] = {}
FIELDS = frozenset({"field", "fields", "from", "to"})  # arguments that name fields of the record type
LEAST = {("count-min", "min"): 1, ("within-days", "days"): 0, ("fresh", "max_age_days"): 0}  # of whole numbers
MOST = 36_525  # days of a century


def _test(name: str, *needed: str, optional: Sequence[str] = ()) -> Callable[[Test], Test]:
    def add(test: Test) -> Test:
        TESTS[name] = (test, frozenset(needed), frozenset(optional))
        return test

    return add


def check_of(told: Mapping[str, Any], types: Mapping[str, RecordType]) -> Check:
    """The check that a pack tells of.

    Raises: BrokenCheck: of an unknown test, record type, field or option, or with arguments missing or too many.
    """
    if faults := list(_faults(told, types)):
        raise BrokenCheck(" ".join(faults))
    given = {key: value for key, value in told.items() if key not in {"record", "test", "where"}}
    return Check(
        test=told["test"],
        of=types[told["record"]],
        where=told.get("where", {}),
        given=given,
        other=types.get(given.get("other_record", "")),
    )


def judge(check: Check, records: Records, today: date) -> Outcome:
    test, _, _ = TESTS[check.test]
    return test(check, records.of(check.of.id, check.where), records, today)


def is_triggered(triggers: Sequence[Mapping[str, Any]], records: Records, types: Mapping[str, RecordType]) -> bool:
    """Whether a duty is awake: one without triggers always is, others once a record of one of them exists.

    Raises: BrokenCheck: a trigger names an unknown record type, field or option.
    """
    if faults := [fault for trigger in triggers for fault in _faults_of_filter(trigger, types)]:
        raise BrokenCheck(" ".join(faults))
    return not triggers or any(records.of(trigger["record"], trigger.get("where")) for trigger in triggers)


def _faults(told: Mapping[str, Any], types: Mapping[str, RecordType]) -> Iterator[str]:
    yield from _faults_of_filter(told, types)
    if told.get("test") not in TESTS:
        yield f"There is no test “{told.get('test')}”."
        return
    _, needed, optional = TESTS[told["test"]]
    given = told.keys() - {"record", "test", "where"}
    for key in sorted(needed - given):
        yield f"The test “{told['test']}” needs “{key}”."
    for key in sorted(given - needed - optional):
        yield f"The test “{told['test']}” knows no “{key}”."
    for (test, key), least in LEAST.items():
        if test == told["test"] and key in given and not _is_whole(told[key], least):
            yield f"“{key}” of the test “{test}” is a whole number from {least} to {MOST}."
    if told.get("fields") == []:
        yield f"The test “{told['test']}” needs at least one field."
    if told["record"] not in types:
        return
    for key in sorted(FIELDS & given):
        for name in [told[key]] if isinstance(told[key], str) else told[key]:
            yield from _faults_of_field(types[told["record"]], name)
    if "value" in given and "field" in given:
        yield from _faults_of_value(types[told["record"]], told["field"], told["value"])
    if "other_record" in given:
        if told["other_record"] not in types:
            yield f"There is no record type “{told['other_record']}”."
        elif "other_field" in given:
            yield from _faults_of_field(types[told["other_record"]], told["other_field"])
    if told["test"] == "none-open":
        yield from _faults_of_field(types[told["record"]], "status")
    if told["test"] == "fresh" and not types[told["record"]].dated_by:
        yield f"Nothing tells how old a record of “{told['record']}” is."


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and least <= value <= MOST


def _faults_of_filter(told: Mapping[str, Any], types: Mapping[str, RecordType]) -> Iterator[str]:
    if told.get("record") not in types:
        yield f"There is no record type “{told.get('record')}”."
        return
    for key, value in told.get("where", {}).items():
        yield from _faults_of_value(types[told["record"]], key, value)


def _faults_of_field(of: RecordType, name: str) -> Iterator[str]:
    if name not in of.by_key:
        yield f"Records of “{of.id}” have no field “{name}”."


def _faults_of_value(of: RecordType, name: str, value: Any) -> Iterator[str]:
    yield from _faults_of_field(of, name)
    options = {option["key"] for option in of.by_key[name].options} if name in of.by_key else set()
    if options and value not in options:
        yield f"“{name}” of “{of.id}” is never “{value}”."


@_test("exists")
def _exists(check: Check, found: tuple[Record, ...], records: Records, today: date) -> Outcome:
    return _at_least(check, found, 1)


@_test("count-min", "min")
def _count_min(check: Check, found: tuple[Record, ...], records: Records, today: date) -> Outcome:
    return _at_least(check, found, int(check.given["min"]))


@_test("all-have", "fields")
def _all_have(check: Check, found: tuple[Record, ...], records: Records, today: date) -> Outcome:
    if not found:
        return _none(check)
    gaps = {key: [r for r in found if r.fields.get(key) in EMPTY] for key in check.given["fields"]}
    told = [f"{check.of.by_key[key].label} is not given in {_names(of)}" for key, of in gaps.items() if of]
    if not told:
        labels = ", ".join(check.of.by_key[key].label for key in check.given["fields"])
        return _passed(f"{check.subject}: {labels} given in {_all(found)}.", found)
    lacking = {id(record): record for of in gaps.values() for record in of}
    return _failed(f"{check.subject}: {'; '.join(told)}.", tuple(lacking.values()))


@_test("any-is", "field", "value")
def _any_is(check: Check, found: tuple[Record, ...], records: Records, today: date) -> Outcome:
    wanted = f"{check.label('field')}: {check.of.told(check.given['field'], check.given['value'])}"
    fitting = tuple(r for r in found if r.fields.get(check.given["field"]) == check.given["value"])
    if fitting:
        return _passed(f"{check.subject}: {_all(fitting)} with “{wanted}”.", fitting)
    return _failed(f"{check.subject}: none is recorded with “{wanted}”.", ())


@_test("field-min", "field", "min")
def _field_min(check: Check, found: tuple[Record, ...], records: Records, today: date) -> Outcome:
    if not found:
        return _none(check)
    least = Decimal(str(check.given["min"]))
    label = check.label("field")
    values = [(record, _number(record.fields.get(check.given["field"]))) for record in found]
    unknown = tuple(record for record, value in values if value is None)
    below = tuple(record for record, value in values if value is not None and value < least)
    told = [f"{label} is not given as a number in {_names(unknown)}"] if unknown else []
    told += [f"{label} is below {least} in {_names(below)}"] if below else []
    if told:
        return _failed(f"{check.subject}: {'; '.join(told)}.", unknown + below)
    return _passed(f"{check.subject}: {label} is at least {least} in {_all(found)}.", found)


@_test("none-open")
def _none_open(check: Check, found: tuple[Record, ...], records: Records, today: date) -> Outcome:
    left = tuple(record for record in found if record.fields.get("status") == "open")
    if left:
        return _failed(f"{check.subject}: still open: {_names(left)}.", left)
    return _passed(f"{check.subject}: none is open.", found)


@_test("before", "field", "other_record", "other_field")
def _before(check: Check, found: tuple[Record, ...], records: Records, today: date) -> Outcome:
    assert check.other is not None
    first, first_at = _earliest(found, check.given["field"])
    second, second_at = _earliest(records.of(check.other.id), check.given["other_field"])
    other_label = check.other.by_key[check.given["other_field"]].label
    if first is None or first_at is None:
        return Outcome(OPEN, f"{check.subject}: “{check.label('field')}” is not recorded yet.")
    if second is None or second_at is None:
        return Outcome(OPEN, f"{check.other.name}: “{other_label}” is not recorded yet.", (first.source,))
    both = (first, second)
    told = (
        f"{check.subject}, “{check.label('field')}”: {_day(first_at)}; {check.other.name}, “{other_label}”: "
        f"{_day(second_at)}."
    )
    if _is_earlier(first_at, second_at):
        return _passed(told, both)
    return _failed(f"The first has to lie before the second, and does not. {told}", both)


@_test("linked", "other_record")
def _linked(check: Check, found: tuple[Record, ...], records: Records, today: date) -> Outcome:
    assert check.other is not None
    if not found:
        return Outcome(OPEN, f"{check.subject}: none is recorded yet, so none is linked.")
    targets = {(r.source.kind, r.source.id) for r in records.of(check.other.id)}
    loose = tuple(r for r in found if not any((to.kind, to.id) in targets for to in r.points_to))
    if loose:
        return _failed(f"{check.subject}: no link to a record “{check.other.name}” in {_names(loose)}.", loose)
    return _passed(f"{check.subject}: {_all(found)} linked with a record “{check.other.name}”.", found)


@_test("fresh", "max_age_days")
def _fresh(check: Check, found: tuple[Record, ...], records: Records, today: date) -> Outcome:
    dated = [(at, record) for record in found for key in check.of.dated_by if (at := _moment(record.fields.get(key)))]
    past = [(_date(at), record) for at, record in dated if _date(at) <= today]
    if not past:
        return _failed(f"{check.subject}: no date of a record is known.", ()) if found else _none(check)
    day, newest = max(past, key=lambda pair: pair[0])
    age, most = (today - day).days, int(check.given["max_age_days"])
    told = f"{check.subject}: the newest is of {day}, {age} days ago; at most {most} are allowed."
    return _passed(told, (newest,)) if age <= most else _failed(told, (newest,))


@_test("within-days", "from", "to", "days")
def _within_days(check: Check, found: tuple[Record, ...], records: Records, today: date) -> Outcome:
    if not found:
        return Outcome(OPEN, f"{check.subject}: none is recorded, so no time has begun.")
    days = int(check.given["days"])
    verdicts = [(record, _kept(record, check, days, today)) for record in found]
    late = tuple(record for record, verdict in verdicts if verdict == FAILED)
    running = tuple(record for record, verdict in verdicts if verdict == OPEN)
    span = f"{days} days after “{check.label('from')}”"
    if late:
        return _failed(f"{check.subject}: “{check.label('to')}” is not within {span} in {_names(late)}.", late)
    if running:
        told = f"{check.subject}: “{check.label('to')}” is due within {span} in {_names(running)}."
        return Outcome(OPEN, told, _sources(running))
    return _passed(f"{check.subject}: “{check.label('to')}” is within {span} in {_all(found)}.", found)


def _kept(record: Record, check: Check, days: int, today: date) -> str:
    """The verdict on one record. One that does not say when the time began can not show that it was kept."""
    begun, ended = _moment(record.fields.get(check.given["from"])), _moment(record.fields.get(check.given["to"]))
    if begun is None:
        return FAILED
    if ended is None:
        return OPEN if today <= _date(begun) + timedelta(days=days) else FAILED
    if isinstance(begun, datetime) and isinstance(ended, datetime):
        return PASSED if begun <= ended <= begun + timedelta(days=days) else FAILED
    return PASSED if _date(begun) <= _date(ended) <= _date(begun) + timedelta(days=days) else FAILED


def _at_least(check: Check, found: tuple[Record, ...], least: int) -> Outcome:
    if len(found) >= least:
        return _passed(f"{check.subject}: {_all(found)}.", found)
    return _none(check) if not found else _failed(f"{check.subject}: {len(found)} of {least} recorded.", found)


def _none(check: Check) -> Outcome:
    return Outcome(FAILED, f"{check.subject}: none is recorded.")


def _passed(because: str, found: tuple[Record, ...]) -> Outcome:
    return Outcome(PASSED, because, _sources(found))


def _failed(because: str, found: tuple[Record, ...]) -> Outcome:
    return Outcome(FAILED, because, _sources(found))


def _sources(found: tuple[Record, ...]) -> tuple[Reference, ...]:
    """Each row once, also if several records come from it."""
    return tuple(dict.fromkeys(record.source for record in found))


def _all(found: Sequence[Record]) -> str:
    return "1 record" if len(found) == 1 else f"{len(found)} records"


def _names(found: Sequence[Record]) -> str:
    names = [f"“{record.source.label}”" for record in found]
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _number(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _moment(value: Any) -> date | datetime | None:
    """A date, or a time in UTC."""
    text = str(value or "")
    try:
        if "T" not in text and " " not in text:
            return date.fromisoformat(text)
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _date(at: date | datetime) -> date:
    return at.date() if isinstance(at, datetime) else at


def _day(at: date | datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if isinstance(at, datetime) else at.isoformat()


def _earliest(found: Sequence[Record], key: str) -> tuple[Record | None, date | datetime | None]:
    """On one day, what has no time comes first: nobody can say that it came later."""
    dated = [(at, record) for record in found if (at := _moment(record.fields.get(key)))]
    if not dated:
        return None, None
    at, record = min(dated, key=lambda pair: (_date(pair[0]), isinstance(pair[0], datetime), str(pair[0])))
    return record, at


def _is_earlier(first: date | datetime, second: date | datetime) -> bool:
    if isinstance(first, datetime) and isinstance(second, datetime):
        return first < second
    return _date(first) < _date(second)
