"""The ledger's schema: brought up to date at start, one numbered file after the other."""

from __future__ import annotations

from importlib import resources

import psycopg
from psycopg import sql

from features.errors import NewerFormatError
from service.errors import StartError
from service.words import said

_STEPS = (
    "001_first.sql",
    "002_unchecked.sql",
    "003_lineage.sql",
    "004_unseen.sql",
    "005_readings.sql",
    "006_erasures.sql",
    "007_untied.sql",
    "008_shadow.sql",
    "009_known.sql",
)
VERSION = len(_STEPS)
_LOCK = 0x6368_6E01
"""Two processes may start at once; one migrates, the other waits."""


def migrate(database_url: str) -> None:
    """Brings the database to this program's schema, in one transaction.

    Raises:
        NewerFormatError: a newer version of the program wrote it; nothing is touched.
        StartError: it cannot be reached, or the account may not make tables.
    """
    try:
        with psycopg.connect(database_url, connect_timeout=10) as door, door.transaction():
            _migrate(door)
    except psycopg.errors.DiskFull:
        raise StartError(
            said("hết chỗ trên đĩa cho sổ cái", "no room left for the ledger")
        ) from None
    except psycopg.OperationalError:
        raise StartError(
            said(
                "PostgreSQL không trả lời (CHINHCHU_DATABASE_URL)",
                "the database does not answer (CHINHCHU_DATABASE_URL)",
            )
        ) from None
    except psycopg.errors.InsufficientPrivilege:
        raise StartError(
            said(
                "tài khoản PostgreSQL không được tạo bảng cho sổ cái",
                "the database account may not make the ledger's tables",
            )
        ) from None


def _migrate(door: psycopg.Connection) -> None:
    door.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    door.execute("CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)")
    row = door.execute("SELECT max(version) FROM schema_version").fetchone()
    present = 0 if row is None or row[0] is None else int(row[0])
    if present > VERSION:
        raise NewerFormatError(
            f"the ledger is of version {present}, this program understands {VERSION}"
        )
    folder = resources.files("service.ledger") / "schema"
    for number, name in enumerate(_STEPS[present:], present + 1):
        step = (folder / name).read_text("utf-8")
        door.execute(sql.SQL(step))
        door.execute("INSERT INTO schema_version VALUES (%s)", [number])
