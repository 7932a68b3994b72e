"""Every registration of the ledger beside what became known of it: what a model learns from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import psycopg

from features.registration import Institution, Registration, RegistrationId
from graph.attributes import Key
from service.keys import Keys
from service.ledger.records import registration_of
from service.ledger.writing import bound

_REGISTERED = """
SELECT r.institution, r.registration_id,
    CASE WHEN e.asked_at IS NULL THEN r.inputs_ciphertext ELSE ''::bytea END,
    o.is_fraud, o.typology, o.known_at
FROM registrations r LEFT JOIN erasures e USING (institution, registration_id)
LEFT JOIN (
    SELECT *, CASE source WHEN 'book' THEN confirmed_at
        ELSE greatest(confirmed_at, received_at) END AS known_at
    FROM outcomes
) o
    ON (o.institution, o.registration_id) = (r.institution, r.registration_id)
    AND (%(until)s::timestamptz IS NULL OR o.known_at < %(until)s)
WHERE %(until)s::timestamptz IS NULL OR r.registered_at < %(until)s
"""
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, repr=False)
class Registered:
    """One registration; `typed` is None where erasure was asked, `outcome` where nothing is known.

    An outcome is when it became known here (of a book, when it was confirmed), whether it is fraud,
    and its typology.
    """

    key: Key
    typed: Registration | None
    outcome: tuple[datetime, bool, str | None] | None


def registered(
    door: psycopg.Connection, keys: Keys, until: datetime | None
) -> Iterator[Registered]:
    """All that was registered and became known before a moment, in no order; None for all."""
    with door.transaction(), door.cursor("registered") as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        cursor.execute(_REGISTERED, {"until": until})
        for institution, registration_id, sealed, is_fraud, typology, known_at in cursor:
            key = (Institution(institution), RegistrationId(registration_id))
            plain = keys.unseal(bytes(sealed), bound("inputs", key)) if sealed else None
            yield Registered(
                key,
                None if plain is None else registration_of(plain),
                None if is_fraud is None else (known_at, is_fraud, typology),
            )
