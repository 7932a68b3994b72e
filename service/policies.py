"""Adopted policies: which one decides, who said so and why, and the way back.

Under `policies/` of the data folder every policy that ever decided is kept under its version;
`in_force` and `previous` are one-line files that name one, and `adoptions.jsonl` is only added to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from features.errors import DataFolderError, InputError
from models import journal, policy
from service.in_force import adopted, journal_of, prove_kept
from service.words import reason, said


@dataclass(frozen=True, slots=True)
class Adoption:
    """That one policy took the place of another: `before` and `after` are versions."""

    at: datetime
    by: str
    why: str
    before: str
    after: str


def adopt(home: Path, file: Path, *, by: str, why: str, at: datetime) -> Adoption:
    """Makes a policy file the one that decides; a running service takes it over by itself.

    Raises:
        PolicyError: the file makes no sense, or its version was kept with other content.
        InputError: it is in force already.
        DataFolderError: the data folder takes nothing.
    """
    new = policy.load(file)
    with _switching(home) as switch:
        before = _now(home)
        if new.version == before:
            raise InputError(
                said(f"chính sách {before} đang dùng rồi", f"policy {before} is in force already")
            )
        policy.keep(new, home, file)
        return switch(Adoption(at, by, why, before, new.version))


def rollback(
    home: Path,
    *,
    by: str,
    why: str,
    at: datetime,
    instead_of: str | None = None,
    patience: float = journal.PATIENCE,
) -> Adoption:
    """Makes the policy before the one that decides again; the two change places.

    Args:
        home: the data folder.
        by: who says so.
        why: and why.
        at: the moment.
        instead_of: only while this version is in force; None for whichever is.
        patience: how many seconds it waits for another switch to end.

    Raises:
        InputError: there is none before, the circuit breaker held it, or another one is in force.
        PolicyError: the one before can no longer be used, or was changed since its adoption.
        DataFolderError: the data folder takes nothing.
    """
    with _switching(home, patience) as switch:
        before, back = _now(home), adopted("previous", home)
        if back is None or instead_of not in {None, before}:
            raise InputError(
                said(
                    "không có chính sách nào trước đó để quay lại",
                    "there is no policy before this one to go back to",
                )
            )
        if back.stem in journal.held(journal_of(home)):
            raise InputError(
                said(
                    f"cầu dao đã giữ lại chính sách {back.stem}; muốn dùng nó thì `chinhchu policy adopt` tệp ấy với phiên bản mới",
                    f"the circuit breaker held policy {back.stem}; who wants it all the same adopts its file under a new version (`chinhchu policy adopt`)",
                )
            )
        return switch(Adoption(at, by, why, before, policy.load(back).version))


def adoptions(home: Path) -> list[Adoption]:
    """All that was adopted and taken back, the earliest first."""
    return [
        Adoption(datetime.fromisoformat(f["at"]), f["by"], f["why"], f["from"], f["to"])
        for f in journal.switches(journal_of(home))
        if f["from"] is not None
    ]


@contextmanager
def _switching(
    home: Path, patience: float = journal.PATIENCE
) -> Iterator[Callable[[Adoption], Adoption]]:
    """Gives what switches; until the end of the block no other process does.

    It records first: what decides is never without a record of who wanted it.
    """

    def switch(adoption: Adoption) -> Adoption:
        entry = {"at": adoption.at.isoformat(), "by": adoption.by, "why": adoption.why}
        digest = prove_kept(home / "policies" / f"{adoption.after}.toml", home)
        add({**entry, "from": adoption.before, "to": adoption.after, "digest": digest})
        journal.point(home / "policies" / "previous", adoption.before)
        journal.point(home / "policies" / "in_force", adoption.after)
        return adoption

    try:
        with journal.writing(journal_of(home), patience) as add:
            yield switch
    except OSError as error:
        raise DataFolderError(f"{home / 'policies'}: {reason(error)}") from error


def _now(home: Path) -> str:
    """The version in force, kept; before any adoption it is the packaged one's."""
    file = adopted("in_force", home)
    if file is not None:
        return file.stem
    packaged = policy.load()
    policy.keep(packaged, home)
    return packaged.version
