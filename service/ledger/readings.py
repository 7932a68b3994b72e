"""Who read the plain values of whom, and why: recorded before anything of it is told."""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import psycopg

from graph.attributes import Key


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at plain values, or at what explains a decision; `what` is the command or the page."""

    read_at: datetime
    read_by: str
    purpose: str
    what: str


def record_reading(door: psycopg.Connection, reading: Reading, keys: Iterable[Key]) -> None:
    """Commits that these registrations are about to be read, all or none."""
    about = (reading.read_at, reading.read_by, reading.purpose, reading.what)
    with door.transaction(), door.cursor() as cursor:
        columns = "read_at, read_by, purpose, what, institution, registration_id"
        with cursor.copy(f"COPY readings ({columns}) FROM STDIN") as copy:
            for key in keys:
                copy.write_row((*about, *key))


def at_the_machine() -> str:
    """The account at the machine: whoever reads the data folder is no caller with a key."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    return f"{name}@{socket.gethostname()}"
