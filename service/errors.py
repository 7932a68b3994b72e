"""What can go wrong at the doors, on the error tree of the house; still no HTTP inside.

    ChinhchuError
    ├── DataFolderError
    │   └── FolderBusyError      another process owns the folder
    ├── SettingsError            an environment variable that cannot be used: a usage error
    ├── StartError               a part or a port that does not start
    └── CallError                one call that cannot be answered
        ├── UnavailableError     not now: a part is away; the same call may be repeated
        ├── ConflictError        the key is taken by different content
        │   └── OtherOutcomeError    the registration has another outcome already
        ├── ErasedError          its personal data was erased: nothing of it is screened or explained
        ├── UnexplainableError   a decision whose model knew other features
        ├── NotFoundError        nothing under this key for this institution
        └── RefusedError         a value that the ledger does not accept; names its column

`service.problems` is the one map from this tree to problem documents.
"""

from __future__ import annotations

from features.errors import ChinhchuError, DataFolderError


class FolderBusyError(DataFolderError):
    """Another process owns the data folder."""


class SettingsError(ChinhchuError):
    """A setting that cannot be used; names the environment variable, never its value."""


class StartError(ChinhchuError):
    """A part or a port that does not start."""


class CallError(ChinhchuError):
    """One call that cannot be answered; the others are not concerned."""


class UnavailableError(CallError):
    """A part is away for a moment; nothing was half-written, the call may be repeated."""


class ConflictError(CallError):
    """The key is taken by different content."""


class OtherOutcomeError(ConflictError):
    """The registration has another outcome already."""


class ErasedError(CallError):
    """The registration's personal data was erased: it is neither screened any more nor explained."""


class UnexplainableError(CallError):
    """A decision whose model knew other features, or is not kept."""


class NotFoundError(CallError):
    """Nothing under this key for this institution."""


class RefusedError(CallError):
    """A value that is well-formed and still not acceptable."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason
