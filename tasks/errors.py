"""The one tree of errors. Every message says what is wrong, where, and what to do about it."""


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
    """The Prefect server cannot be used."""


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
