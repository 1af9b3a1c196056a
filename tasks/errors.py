"""The one tree of errors. Every message says what is wrong, where, and what to do about it."""

from __future__ import annotations

from concurrent.futures import CancelledError


class NabraError(Exception):
    """Base of every error that nabra raises on purpose; the command prints its message, not a traceback."""


class UsageError(NabraError):
    """The command was called with something that cannot be used: a missing path, an unknown stage."""


class ConfigError(NabraError):
    """A settings, source, actor or cue file holds something that nabra does not accept."""


class StoreError(NabraError):
    """The warehouse cannot be read or written."""


class BatchError(StoreError):
    """The file of one batch is damaged, or a stage made of it what cannot be kept; other batches are not concerned."""


class SchemaError(BatchError):
    """A table does not have the columns and types that `nabra.tasks.schemas` declares for it."""


class ServerError(NabraError):
    """The Prefect server, or the scheduler of a cluster, cannot be used."""


class WorkerError(NabraError):
    """A worker that was to do part of a run has died, or is lost; the work can be done by another."""


class StandstillError(NabraError):
    """The run was ended, because it had settled nothing for too long."""


class ModelError(NabraError):
    """A model file is missing, damaged, or made for another version."""


class DocumentError(NabraError):
    """One document cannot be taken by a stage; the stage turns it into a row of `rejects`.

    `reason` is one of `nabra.tasks.schemas.REJECT_REASONS`.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)  # with these it comes back from another process
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


def stops_run(error: Exception) -> bool:
    """Whether all work would fail as this did, or is to end: work on one batch says nothing of the others."""
    if isinstance(error, CancelledError):
        return True
    return isinstance(error, (StoreError, ModelError, ConfigError, WorkerError)) and not isinstance(error, BatchError)
