"""What a data protection officer asks: that the personal data of registrations be erased."""

from __future__ import annotations

from collections.abc import Callable, Collection

from features import filler, identity_number
from features.errors import InputError
from features.registration import Institution, RegistrationId
from graph.attributes import Key, Tokens
from service import wiring
from service.errors import FolderBusyError
from service.forgetting import Forgetting
from service.keys import Keys
from service.ledger import Ledger
from service.ledger.erasing import Erasures
from service.ledger.records import LONGEST_TEXT
from service.ledger.writing import lease
from service.projection import catch_up
from service.settings import Settings
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

    A service that runs carries it out between two batches.

    Raises:
        InputError: there is nothing of the kind, or the reason is empty or too long.
    """
    if not reason.strip() or len(reason) > LONGEST_TEXT:
        raise InputError(said("lý do trống hoặc quá dài", "the reason is empty or too long"))
    try:
        with (
            wiring.opened(settings) as store,
            lease(store.parts.database_url, store.keys) as writer,
        ):
            count = _ask(store.ledger, wanted, reason)
            with store.ledger.whole() as whole:
                catch_up(whole, store.graph)
            forgetting = Forgetting(store.graph, None)
            while forgetting.round(writer, wiring.now()):
                pass
            return count, not Erasures(writer.door).pending(1)[0]
    except FolderBusyError:
        with wiring.visited(settings) as ledger:
            return _ask(ledger, wanted, reason), False


def _ask(ledger: Ledger, wanted: Wanted, reason: str) -> int:
    with ledger.connection() as door:
        erasures = Erasures(door)
        found = wanted(erasures, ledger.keys)
        count = erasures.ask(found, reason.strip(), wiring.now())
    if not count:
        raise InputError(
            said(
                "không có gì để xóa, hoặc đã được xóa", "nothing to erase, or it is erased already"
            )
        )
    return count
