"""The ledger: what was received, decided and learned, in PostgreSQL, append-only.

An answer is given after its row is committed. Everything else is a projection of these tables.
One writer at a time holds the lease (`writing`); anybody may read, an institution only what is
its own (`reading`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from service.errors import UnavailableError
from service.keys import Keys
from service.ledger.migration import migrate
from service.ledger.reading import Reader, WholeLedger
from service.ledger.writing import AWAY, Writer, open_lease

_PATIENCE = 3.0


class Ledger:
    """The ledger of one installation: a pool for readers, the lease for the writer."""

    def __init__(self, database_url: str, keys: Keys) -> None:
        self.database_url = database_url
        self.keys = keys
        self._pool = ConnectionPool(
            database_url,
            min_size=1,
            max_size=8,
            open=False,
            timeout=_PATIENCE,
            # The pool's own attempts wait ever longer; given up early, the next caller tries anew.
            reconnect_timeout=1.0,
            kwargs={"autocommit": True, "connect_timeout": 5},
            check=ConnectionPool.check_connection,
            name="ledger",
        )

    def __enter__(self) -> Self:
        """Brings the schema up to date and opens the pool."""
        migrate(self.database_url)
        self._pool.open()
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the pool."""
        self._pool.close()

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """A pooled connection in autocommit.

        Raises:
            UnavailableError: the database is away.
        """
        try:
            with self._pool.connection(_PATIENCE) as door:
                yield door
        except (*AWAY, PoolTimeout):
            raise UnavailableError("the ledger is not available") from None

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Reads for institutions."""
        with self.connection() as door:
            yield Reader(door, self.keys)

    @contextmanager
    def whole(self) -> Iterator[WholeLedger]:
        """Reads across institutions: the console and the projection alone."""
        with self.connection() as door:
            yield WholeLedger(door, self.keys)

    def open_lease(self) -> Writer:
        """The one writer; see `writing.open_lease`."""
        return open_lease(self.database_url, self.keys)
