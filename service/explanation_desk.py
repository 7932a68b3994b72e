"""Who examines a decision at the machine: one screening explained, and the reading recorded."""

from __future__ import annotations

from uuid import UUID

from features.errors import InputError
from models.explanation import Explanation
from service.explaining import READ_AS, Explainer, refuse_erased
from service.ledger.reading import WholeLedger
from service.ledger.readings import Reading, at_the_machine, record_reading
from service.ledger.records import StoredScreening
from service.settings import Settings
from service.wiring import check_there, now, visited
from service.words import said


def explained(
    settings: Settings, screening_id: UUID, purpose: str
) -> tuple[StoredScreening, Explanation]:
    """A screening and its explanation; works beside a running service too.

    Raises:
        InputError: there is nothing yet, or no such screening.
        ErasedError: whose it is was erased.
        UnexplainableError: its model used other features, or is not kept.
    """
    check_there(settings)
    with visited(settings) as ledger, ledger.connection() as door:
        stored = WholeLedger(door, ledger.keys).screening_of_anybody(screening_id)
        if stored is None:
            raise InputError(
                said(
                    f"không có lần sàng lọc {screening_id}", f"there is no screening {screening_id}"
                )
            )
        key = stored.institution, stored.registration_id
        refuse_erased(door, key)
        made = Explainer(settings.home).explain(stored)
        reading = Reading(now(), at_the_machine(), purpose, READ_AS)
        record_reading(door, reading, [key])
    return stored, made
