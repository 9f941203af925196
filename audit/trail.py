"""Tables of the trail. No foreign key leaves the app. Most rows are never changed; `audit.guards` makes sure."""

from __future__ import annotations

from django.db import models

from audit.governed import GovernedModel
from audit.ids import uuid7


class Event(models.Model):
    """One act: the header bytes that are hashed, and copies of what one searches by."""

    uid = models.UUIDField(unique=True, default=uuid7)
    log_id = models.UUIDField()
    act = models.CharField(max_length=80)
    actor_ref = models.UUIDField()
    request_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    body = models.BinaryField()
    leaf = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["log_id", "id"], name="event_by_log"),
            models.Index(fields=["log_id", "act", "id"], name="event_by_act"),
            models.Index(fields=["log_id", "actor_ref", "id"], name="event_by_person"),
            models.Index(fields=["log_id", "act", "actor_ref", "id"], name="event_by_act_and_person"),
            models.Index(fields=["log_id", "at"], name="event_by_time"),
        ]


class Change(models.Model):
    """One row touched by an act. The header commits to these lines."""

    event = models.ForeignKey(
        Event,
        to_field="uid",
        db_column="event_uid",
        on_delete=models.DO_NOTHING,
        related_name="changes",
        db_index=False,  # `change_line_once` serves
    )
    n = models.PositiveIntegerField()
    obj_type = models.CharField(max_length=80)
    obj_id = models.UUIDField()
    obj_ver = models.PositiveIntegerField()
    body = models.BinaryField()
    leaf = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["obj_id", "event"], name="change_by_object")]
        constraints = [
            models.UniqueConstraint(name="change_line_once", fields=["event", "n"]),
            models.UniqueConstraint(name="change_version_once", fields=["obj_type", "obj_id", "obj_ver"]),
        ]


class Private(models.Model):
    """A value the event only commits to, or one too long for its line. Erasing sets salt and value to NULL, once."""

    event_uid = models.UUIDField()
    path = models.CharField(max_length=160)
    salt = models.BinaryField(null=True)
    value = models.TextField(null=True)
    subject_ref = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="private_path_once", fields=["event_uid", "path"])]


class Actor(models.Model):
    """Who stands behind a reference, NULL where erased. The only table of the trail with names of people."""

    ref = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=10)
    account_id = models.UUIDField(null=True)
    display = models.CharField(max_length=160, null=True)
    email = models.CharField(max_length=254, null=True)


class Pending(models.Model):
    """Events that wait for their seal; filled by a trigger, a queue that can be rebuilt."""

    event_id = models.BigIntegerField(primary_key=True)


class Entry(models.Model):
    """The place of an event in its log."""

    log_id = models.UUIDField()
    seq = models.BigIntegerField()
    event_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="entry_place_once", fields=["log_id", "seq"])]


class Tile(models.Model):
    """256 hashes of one level of a log's tree (C2SP tlog-tiles)."""

    log_id = models.UUIDField()
    level = models.PositiveSmallIntegerField()
    idx = models.BigIntegerField()
    data = models.BinaryField(max_length=8192)

    class Meta:
        constraints = [models.UniqueConstraint(name="tile_once", fields=["log_id", "level", "idx"])]


class Log(models.Model):
    """One log per project, one for the system, one root log over all."""

    id = models.UUIDField(primary_key=True)
    origin = models.CharField(max_length=200, unique=True)
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")
    root = models.BinaryField()
    epoch = models.PositiveIntegerField(default=1)
    closed = models.BooleanField(default=False)


class Checkpoint(models.Model):
    """A signed head of a log, made by the seal with this number."""

    log_id = models.UUIDField()
    size = models.BigIntegerField()
    seal = models.BigIntegerField()
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="checkpoint_once_per_size", fields=["log_id", "size"])]


class Seal(models.Model):
    """A leaf of the root log: commits to the heads of all logs."""

    n = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    body = models.BinaryField()
    heads = models.TextField()


class SigningKey(GovernedModel):
    """A public key that signs the notes of all logs; the private one lies in a file outside the database.

    It signs the root checkpoints of sizes above `after_size`, up to the `after_size` of the next key. `endorsement` is
    a note by which the key before names it.
    """

    public = models.CharField(max_length=64, unique=True)  # hex
    after_size = models.BigIntegerField()
    endorsement = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"key {self.public[:12]}"


class Erasure(GovernedModel):
    """What was erased from one log, and why. Verification accepts a missing value only if one of these names it.

    `paths` is a list of {"event": uid, "path": path} whose canonical bytes stay short enough to stand in the change
    line itself, where the verifier looks for them; an act that erases more makes several of these.
    """

    audit_log_field = "log_id"

    log_id = models.UUIDField()
    paths = models.JSONField()
    basis = models.TextField()
    subject = models.CharField(max_length=120, blank=True)  # "<type> <id>" of the row or person, never a name
    erased_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="erasure_has_basis", condition=~models.Q(basis=""))]

    def __str__(self) -> str:
        return f"erasure {self.pk}"


class Pruning(GovernedModel):
    """The first `events` events of a log are gone, by law: their lines and values were deleted, their hashes stay.

    Told in the act `log.pruned`, which states anew every row of the log, so that all that follows goes on from there.
    """

    audit_log_field = "log_id"

    log_id = models.UUIDField()
    events = models.BigIntegerField()
    kept_until = models.DateField()
    basis = models.TextField()
    pruned_at = models.DateTimeField()

    class Meta:
        ordering = ["events"]
        constraints = [models.CheckConstraint(name="pruning_has_basis", condition=~models.Q(basis=""))]

    def __str__(self) -> str:
        return f"the first {self.events} events"


class Anchor(models.Model):
    """Proof from outside that a root of this size existed at that time."""

    root_size = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    payload = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="anchor_once_per_size_and_kind", fields=["root_size", "kind"])]

    @property
    def name(self) -> str:
        """Of its file in a bundle."""
        return f"{self.kind}-{self.root_size}.{'tst' if self.kind == 'tsa' else 'txt'}"
