"""Exports rings of the ledger for the tools of analysts; with names only for a recorded purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from features.errors import InputError
from graph.export import follow_the_money, graphml, tables
from graph.export.picture import Header, Labels, Picture, named_by_members, picture
from graph.rings import Ring
from service.calls import PURPOSE
from service.ledger import Ledger
from service.ledger.reading import WholeLedger
from service.ledger.readings import Reading, at_the_machine, record_reading
from service.ledger.rings import RingLedger
from service.results import results, unwritable
from service.ring_story import NO_RUN
from service.words import said

FORMATS: Mapping[str, Callable[[Picture, Header, Path], None]] = {
    "graphml": graphml.write,
    "ftm": lambda drawn, _, folder: follow_the_money.write(drawn, folder),
    "csv": lambda drawn, _, folder: tables.write(drawn, folder),
}

PSEUDONYMOUS = "đã giả danh / pseudonymous"
PERSONAL = "dữ liệu cá nhân / personal data"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be exported: one ring or, where `ring_id` is None, those of the last run.

    With `purpose` names and numbers are exported too, and the reading of them is recorded.

    Raises:
        InputError: a purpose that is no short code.
    """

    ring_id: str | None
    form: str
    purpose: str | None

    def __post_init__(self) -> None:
        if self.purpose is not None and not PURPOSE.fullmatch(self.purpose):
            raise InputError(
                said(
                    "--purpose: từ 1 đến 64 chữ cái không dấu, chữ số, _ . : -",
                    "--purpose: 1 to 64 letters, digits, _ . : -",
                )
            )


def export(ledger: Ledger, wanted: Wanted, out: Path, now: datetime) -> dict[str, int]:
    """Writes the files of one format into `out`; gives how many rings, points and links.

    Raises:
        InputError: no such ring, or no run yet.
        DataFolderError: nothing can be written there.
    """
    with ledger.connection() as door:
        run_at, rings = _found(RingLedger(door), wanted.ring_id)
        whole = WholeLedger(door, ledger.keys)
        keys = [node.key for ring in rings for node in ring.members]
        outcomes = {k: o.outcome.is_fraud for k, o in whole.known_outcomes(keys).items()}
        plain = {}
        if wanted.purpose is not None:
            record_reading(
                door, Reading(now, at_the_machine(), wanted.purpose, "rings export"), keys
            )
            plain = {k: r for k in keys if (r := whole.registration(*k)) is not None}
    drawn = picture(rings, Labels(plain, outcomes))
    query = f"{wanted.ring_id or 'rings'} @ {run_at.isoformat()}"
    header = Header(now, query, PERSONAL if wanted.purpose else PSEUDONYMOUS)
    with results(out) as aside:
        try:
            FORMATS[wanted.form](drawn, header, aside)
        except OSError as error:
            raise unwritable(out, error) from error
        for file in aside.iterdir():
            file.chmod(0o600)
    return {"rings": len(rings), "points": len(drawn.points), "links": len(drawn.links)}


def draw_campaign(rings: Iterable[Ring], made_at: datetime, folder: Path) -> None:
    """Writes the rings of a campaign into `folder` as GraphML; no key of the run shows in it.

    Raises:
        DataFolderError: there is no room, or writing is not possible.
    """
    header = Header(made_at, "campaign", PSEUDONYMOUS)
    try:
        graphml.write(picture(named_by_members(rings)), header, folder)
    except OSError as error:
        raise unwritable(folder.parent, error) from error


def _found(book: RingLedger, ring_id: str | None) -> tuple[datetime, list[Ring]]:
    """A ring as the last run that found it saw it, or all rings of the last run; and that run."""
    run_at = book.last_run() if ring_id is None else book.last_run_of(ring_id)
    if run_at is None:
        raise InputError(
            said(*NO_RUN)
            if ring_id is None
            else said("không có nhóm nào mang mã này", "there is no ring of this id")
        )
    return run_at, book.rings(run_at, ring_id)
