"""What a data protection officer asks: that the personal data of registrations be erased."""

from __future__ import annotations

from collections.abc import Callable, Collection

import redis

from features import filler, identity_number
from features.errors import InputError
from features.registration import Institution, RegistrationId
from graph.attributes import Key, Tokens
from service import wiring
from service.errors import FolderBusyError, UnavailableError
from service.forgetting import Forgetting
from service.keys import Keys
from service.ledger import Ledger
from service.ledger.erasing import Erasures
from service.ledger.records import LONGEST_TEXT
from service.ledger.writing import Writer, lease
from service.projection import catch_up
from service.settings import Settings
from service.wiring import Store
from service.words import said

Wanted = Callable[[Erasures, Keys], Collection[Key]]


def of_registration(institution: str, registration_id: str) -> Wanted:
    """One registration."""
    return lambda *_: [(Institution(institution), RegistrationId(registration_id))]


def of_person(number: str) -> Wanted:
    """All that is held under an identity number, by the register or by the papers as typed."""
    read = identity_number.normal(number) or filler.signs(number)
    if not read:
        raise InputError(said("không đọc được số giấy tờ", "that is no document number"))

    def found(erasures: Erasures, keys: Keys) -> Collection[Key]:
        tokens = Tokens(keys.token)
        return erasures.of_person(tokens.token("holder", read), tokens.token("document", read))

    return found


def forget(settings: Settings, wanted: Wanted, reason: str) -> tuple[int, bool]:
    """Asks for the erasure; gives of how many, and whether it is carried out already.

    What was asked before and is still to come is carried out too. A service that runs, here or
    on another machine, does it between two batches.

    Raises:
        InputError: there is nothing of the kind, it is erased already, or the reason is empty or
            too long.
        UnavailableError: it is asked for, and could not be carried out now.
    """
    if not reason.strip() or len(reason) > LONGEST_TEXT:
        raise InputError(said("lý do trống hoặc quá dài", "the reason is empty or too long"))
    try:
        with (
            wiring.opened(settings) as store,
            lease(store.parts.database_url, store.keys) as writer,
        ):
            asked = _ask(store.ledger, wanted, reason)
            done = _carry_out(store, writer)
    except (FolderBusyError, UnavailableError):
        with wiring.visited(settings) as ledger:
            return _count(_ask(ledger, wanted, reason)), False
    if not done:
        raise UnavailableError(
            said(
                "chưa xóa: đồ thị không trả lời hoặc đang được dựng lại; yêu cầu vẫn được giữ, hãy chạy lại",
                "not erased yet: the live graph does not answer or is being rebuilt; what was asked stays asked, run it again",
            )
        )
    return _count(asked), True


def _ask(ledger: Ledger, wanted: Wanted, reason: str) -> tuple[int, int]:
    """Asks; gives of how many it is to come, and of how many it was carried out before."""
    with ledger.connection() as door, door.transaction():
        erasures = Erasures(door)
        found = wanted(erasures, ledger.keys)
        erasures.ask(found, reason.strip(), wiring.now())
        return erasures.asked(found)


def _carry_out(store: Store, writer: Writer) -> bool:
    """Carries out all that is asked; whether nothing is left to be."""
    erasures = Erasures(writer.door)
    if not erasures.pending(1)[0]:
        return True
    try:
        with store.ledger.whole() as whole:
            catch_up(whole, store.graph)
    except redis.RedisError:
        return False
    forgetting = Forgetting(store.graph, None)
    while forgetting.round(writer, wiring.now()):
        pass
    return not erasures.pending(1)[0]


def _count(asked: tuple[int, int]) -> int:
    waiting, done = asked
    if waiting:
        return waiting
    if done:
        raise InputError(said("đã được xóa", "it is erased already"))
    raise InputError(said("không có gì để xóa", "there is nothing to erase"))
