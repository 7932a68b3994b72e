"""What an operator asks of the live graph: to be built anew, whether the service runs or not."""

from __future__ import annotations

import redis

from service import wiring
from service.errors import FolderBusyError, UnavailableError
from service.ledger.writing import lease
from service.progress import Progress
from service.rebuilding import Tidying, build_anew
from service.settings import Settings
from service.wiring import Store
from service.words import said


def rebuild(settings: Settings) -> int:
    """Puts a graph in force that is built from the ledger alone; gives its position.

    Raises:
        InputError: there is no ledger to build it from.
        UnavailableError: a part went away, or the graph is being rebuilt already; the old one
            stays in force.
    """
    wiring.check_there(settings)
    progress = Progress()
    try:
        try:
            with wiring.opened(settings) as store:
                position = build_anew(store.ledger, store.graph, progress)
                _tidy(store)
        except FolderBusyError:
            with wiring.visited_graph(settings) as (ledger, graph):
                position = build_anew(ledger, graph, progress)
    except redis.RedisError:
        raise UnavailableError(
            said("đồ thị không trả lời", "the live graph does not answer")
        ) from None
    return position


def _tidy(store: Store) -> None:
    """Clears the old one away, unless a lane elsewhere may be reading it still: it does so then."""
    try:
        with lease(store.parts.database_url, store.keys):
            tidying = Tidying(store.graph)
            while tidying.round():
                pass
    except UnavailableError:
        return
