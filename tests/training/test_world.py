"""Laws of the simulated world: same seed same bytes, the published columns, true truth."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from features.registration import Channel, DocumentType, HolderType, Kind, Sex, Status
from training.world import World, simulate
from training.world.desk import FIELDS
from training.world.fraud import LABELS
from training.world.life import SCENES

WHY = {"none", "clerical", "stale", "register_error", "forged"}


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(5_000, seed=11)


def rows(table: pa.Table, *names: str) -> list[tuple]:
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def in_bytes(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_world():
    one, again, other = simulate(300, 5), simulate(300, 5), simulate(300, 6)
    for name in ("population", "registrations", "labels", "truth"):
        assert in_bytes(getattr(one, name)) == in_bytes(getattr(again, name)), name
    assert in_bytes(one.registrations) != in_bytes(other.registrations)


@pytest.mark.parametrize("seed", range(4))
def test_the_smallest_world_is_a_world(seed):
    world = simulate(100, seed)
    assert world.population.num_rows == 100
    assert 150 <= world.registrations.num_rows <= 400


def test_fewer_people_than_a_village_are_refused_in_one_line():
    with pytest.raises(ValueError, match="at least 100"):
        simulate(3, 1)


def test_every_key_is_given_once(world):
    numbers = world.population["id_number"].to_pylist()
    keys = world.registrations["registration_id"].to_pylist()
    assert len(set(numbers)) == len(numbers) == 5_000
    assert len(set(keys)) == len(keys)
    assert keys == world.truth["registration_id"].to_pylist()
    assert set(world.labels["registration_id"].to_pylist()) <= set(keys)


def test_enumerations_are_those_of_the_published_format(world):
    cases = (
        # table, column, allowed, may be null
        (world.registrations, "kind", Kind, False),
        (world.registrations, "channel", Channel, False),
        (world.registrations, "holder_type", HolderType, False),
        (world.registrations, "document_type", DocumentType, False),
        (world.registrations, "sex", Sex, True),
        (world.population, "sex", Sex, False),
        (world.population, "status", Status, False),
    )
    for table, column, allowed, nullable in cases:
        values = set(table[column].unique().to_pylist())
        assert values - {None} <= {member.value for member in allowed}, column
        assert nullable or None not in values, column


def test_what_must_have_a_value_has_one(world):
    for column in ("registration_id", "institution", "registered_at", "full_name"):
        assert world.registrations[column].null_count == 0, column
    for column in ("id_number", "full_name", "birth_date"):
        assert world.population[column].null_count == 0, column


def test_an_account_has_a_number_and_a_sim_has_a_line(world):
    for kind, account, line in rows(world.registrations, "kind", "account_number", "msisdn"):
        assert (account is None, line is None) == (kind == "sim", kind != "sim")


def test_citizens_numbers_tell_sex_century_and_year_but_for_the_offices_errors(world):
    good = sum(
        number[4:6] == born[2:4] and int(number[3]) // 2 == (int(born[:4]) >= 2000)
        for number, born in rows(world.population, "id_number", "birth_date")
    )
    assert 0.99 <= good / 5_000 <= 1.0


def test_a_noise_free_honest_row_equals_its_persons_record(world):
    people = {row["id_number"]: row for row in world.population.to_pylist()}
    clean = 0
    for row, truth in zip(world.registrations.to_pylist(), world.truth.to_pylist(), strict=True):
        touched = any(truth[f"why_{name}"] != "none" for name in FIELDS)
        if truth["is_fraud"] or truth["foreigner"] or touched:
            continue
        clean += 1
        person = people[truth["matched_id_number"]]
        assert row["document_number"] == person["id_number"]
        assert row["full_name"] == person["full_name"]
        pairs = (("birth_date", "birth_date"), ("sex", "sex"), ("address", "residence"),
                 ("document_issued_on", "document_issued_on"))  # fmt: skip
        for given, known in pairs:
            assert row[given] in (None, person[known]), given
    assert clean > 0.3 * world.registrations.num_rows


def test_every_difference_has_a_named_reason(world):
    for name in FIELDS:
        assert set(world.truth[f"why_{name}"].unique().to_pylist()) <= WHY
    kinds = Counter(
        kind for kinds in world.truth["noise_kinds"].to_pylist() for kind in kinds.split()
    )
    for kind in (
        "full_name:telex",
        "full_name:vni_keys",
        "full_name:tcvn3",
        "full_name:vni_windows",
        "full_name:mojibake",
        "full_name:word_order",
        "full_name:missing_middle",
        "document_number:lost_zero",
        "document_number:old_card",
        "document_number:transposed",
        "birth_date:day_month_swapped",
        "birth_date:year_only",
        "address:abbreviated",
        "document_issued_on:earlier_card",
    ):
        assert kinds[kind] > 0, kind


def test_every_typology_and_every_honest_scene_occurs(world):
    assert set(world.truth["typology"].unique().to_pylist()) == {None, *LABELS}
    scenes = set(world.truth["scene"].unique().to_pylist())
    assert {"ordinary", *SCENES} <= scenes
    assert {"newcomer", "phone_shop", "dormitory", "payroll", "virtual_office"} <= scenes


def test_fraud_is_rare_and_always_in_a_ring(world):
    share = pc.mean(world.truth["is_fraud"]).as_py()
    assert 0.013 <= share <= 0.02
    for is_fraud, typology, ring in rows(world.truth, "is_fraud", "typology", "ring_id"):
        assert is_fraud == (typology is not None) == (ring is not None)
    sizes = Counter(ring for (ring,) in rows(world.truth, "ring_id") if ring)
    assert max(sizes.values()) <= 62
    assert len(set(sizes.values())) > 3


def test_an_absent_holder_is_gone_and_the_register_knew_it_of_some_before_the_account(world):
    status = dict(rows(world.population, "id_number", "status"))
    absent = [
        (status[number], then)
        for typology, number, then in rows(
            world.truth, "typology", "matched_id_number", "holder_status"
        )
        if typology == "T5"
    ]
    assert all(now != "living" for now, _ in absent)
    assert any(then != "living" for _, then in absent)


def test_no_label_comes_before_its_registration_or_after_the_year(world):
    when = dict(rows(world.registrations, "registration_id", "registered_at"))
    end = datetime(2026, 7, 1, tzinfo=UTC)
    for key, confirmed in rows(world.labels, "registration_id", "confirmed_at"):
        assert when[key] < confirmed < end


def test_about_half_of_the_fraud_is_ever_known_and_a_seventh_of_all_rows_is_looked_into(world):
    fraud = dict(rows(world.truth, "registration_id", "is_fraud"))
    known = [key for key, is_fraud in rows(world.labels, "registration_id", "is_fraud") if is_fraud]
    assert all(fraud[key] for key in known)
    assert 0.3 <= len(known) / sum(fraud.values()) <= 0.7
    assert 0.1 <= world.labels.num_rows / len(fraud) <= 0.18
    assert set(world.labels["typology"].unique().to_pylist()) <= {None, "other", *LABELS.values()}


def test_the_year_begins_where_it_is_told():
    world = simulate(200, 3, start=date(2024, 1, 1))
    when = world.registrations["registered_at"].to_pylist()
    assert when == sorted(when)
    assert datetime(2024, 1, 1, tzinfo=UTC) <= when[0]
    assert when[-1] < datetime(2024, 12, 31, tzinfo=UTC)


def test_writing_leaves_four_files_and_nothing_half_done(tmp_path):
    world = simulate(100, 1)
    (tmp_path / "labels.parquet").write_text("an older file")
    world.write(tmp_path)
    found = sorted(path.name for path in tmp_path.iterdir())
    assert found == [f"{n}.parquet" for n in ("labels", "population", "registrations", "truth")]
    assert pq.read_table(tmp_path / "labels.parquet").equals(world.labels)
