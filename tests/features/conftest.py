"""Builders of registrations and persons that the tests of this floor share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from features.register.replica import Replica
from features.registration import (
    DocumentType,
    IdNumber,
    Institution,
    Kind,
    Person,
    Registration,
    RegistrationId,
    Sex,
)

HOLDER = Person(
    id_number=IdNumber("079090123456"),
    full_name="Nguyễn Thị Thúy Hoà",
    birth_date="1990-03-21",
    former_id_numbers=("273270505",),
    sex=Sex.FEMALE,
    nationality="VNM",
    residence="12/3 đường Lê Lợi, Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh",
    province_code="79",
    document_issued_on=date(2021, 5, 11),
    document_expires_on=date(2030, 3, 21),
)

TYPED = Registration(
    registration_id=RegistrationId("VCB-1"),
    kind=Kind.BANK_ACCOUNT,
    institution=Institution("VCB"),
    registered_at=datetime(2026, 3, 1, 2, 0, tzinfo=UTC),
    document_type=DocumentType.CCCD,
    full_name=HOLDER.full_name,
    document_number=HOLDER.id_number,
    document_issued_on=HOLDER.document_issued_on,
    birth_date=HOLDER.birth_date,
    sex=HOLDER.sex,
    address=HOLDER.residence,
)


@pytest.fixture
def person() -> Callable[..., Person]:
    return lambda **changes: replace(HOLDER, **changes)


@pytest.fixture
def registration() -> Callable[..., Registration]:
    return lambda **changes: replace(TYPED, **changes)


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Replica]:
    replica = Replica(tmp_path / "population")
    yield replica
    replica.close()
