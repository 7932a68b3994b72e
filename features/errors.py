"""The error tree of the house: what can go wrong, with one clear line each and no HTTP inside.

    ChinhchuError
    ├── InputError            a file or value that cannot be read: the sender can mend it
    └── DataFolderError       the data folder cannot be used as it is
        ├── NewerFormatError  it was written by a newer version
        └── StorageFullError  no room left; what was there before is intact

Doors translate these once: a command prints the line, the API makes a problem document of it.
No message ever holds personal data.
"""

from __future__ import annotations


class ChinhchuError(Exception):
    """Anything foreseen; `str()` is one clear line for the person who runs the program.

    Floors that do not know who reads give the line in English and, as `vietnamese`, in Vietnamese.
    """

    def __init__(self, line: str = "", vietnamese: str = "") -> None:
        super().__init__(line)
        self.vietnamese = vietnamese or line


class InputError(ChinhchuError):
    """A file or a value that cannot be read; names the file and, where known, the column."""


class DataFolderError(ChinhchuError):
    """The data folder cannot be used as it is."""


class NewerFormatError(DataFolderError):
    """The folder was written by a newer version of the program."""


class StorageFullError(DataFolderError):
    """No room left on the disk; what was stored before is intact."""
