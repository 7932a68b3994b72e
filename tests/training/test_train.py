"""Laws of training: only what was known counts, equal input gives equal bytes, worse never judges."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from features.errors import DataFolderError, InputError
from graph.alone import alone
from graph.attributes import Tokens
from models import bundle as bundles
from models import registry
from models.screening import Facts, examine, vectors_of
from tests.training.changed_books import UNTIL, before, other_outcomes, rewritten, shuffled
from training import comparing, fit, resampling
from training import train as training
from training.book import BookFiles, open_book
from training.comparing import compare
from training.dataset import as_if_alone, build
from training.promote import Promotion, Release, gates_of, release, roll_back
from training.train import Trained, train
from training.world import simulate

pytestmark = [
    pytest.mark.xdist_group("training"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # between libraries of MLflow
]


@pytest.fixture(autouse=True, scope="module")
def quickly():
    """Few rounds: enough for laws, which ask for no quality."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit, "ROUNDS", 30)
        patch.setattr(resampling, "REPLICATES", 20)
        yield


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> BookFiles:
    folder = tmp_path_factory.mktemp("town")
    simulate(2_000, seed=2).write(folder)
    return BookFiles.of(folder)


def trained_on(files: BookFiles, *, key: bytes = bytes(16), seed: int = 0) -> Trained:
    with open_book(files, until=UNTIL, labels_until=UNTIL) as book:
        return train(book, UNTIL, Tokens(key), seed=seed)


def released(trained: Trained, home: Path, *, may_promote: bool) -> Promotion:
    compared = compare(trained, home, count(0, 1_000).__next__)
    made = Release(trained.bundle, compared, registry.Run({}, {}, None))
    return release(made, home, may_promote=may_promote, at=UNTIL)


def content(trained: Trained, folder: Path) -> dict[str, bytes]:
    bundles.save(trained.bundle, folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def first(files) -> Trained:
    return trained_on(files)


@pytest.fixture(scope="module")
def chance(files, tmp_path_factory) -> Trained:
    """A model of outcomes that mean nothing."""
    return trained_on(rewritten(files, tmp_path_factory.mktemp("chance"), labels=other_outcomes))


def test_until_sees_only_what_lies_strictly_before_and_neither_order_nor_key_is_seen(
    files, first, tmp_path
):
    cut = rewritten(
        files,
        tmp_path,
        population=shuffled,
        registrations=lambda rows: shuffled(before("registered_at")(rows)),
        labels=lambda rows: shuffled(before("confirmed_at")(rows)),
    )
    again = trained_on(cut, key=b"quite another key")
    assert content(again, tmp_path / "again") == content(first, tmp_path / "first")


def test_another_seed_gives_another_model(files, first):
    assert trained_on(files, seed=1).bundle.version != first.bundle.version


def test_a_model_made_is_a_model_that_loads(first, tmp_path):
    bundles.save(first.bundle, tmp_path)
    loaded = bundles.load(tmp_path)
    assert loaded.version == first.bundle.version
    rows = first.later[:50]
    assert np.array_equal(loaded.model().risk(rows), first.bundle.model().risk(rows))


def test_the_later_part_is_the_last_of_the_time_and_was_not_seen(first):
    card = first.bundle.card
    assert card["rows"] > len(first.later) > 0.2 * card["rows"]
    assert first.rows.at.max() < UNTIL.timestamp()
    assert card["later_part"]["rows"] == len(first.later)
    assert not np.array_equal(first.later_risk, first.bundle.model().risk(first.later))


def test_a_card_names_nobody(files, first):
    card = json.dumps(first.bundle.card)
    people = pq.read_table(files.population)
    keys = pq.read_table(files.registrations)["registration_id"].to_pylist()
    for value in (*people["id_number"].to_pylist(), *people["full_name"].to_pylist(), *keys):
        assert value not in card


def test_rows_know_what_became_known_of_them_and_what_did_not(files):
    with open_book(files, until=UNTIL, labels_until=UNTIL) as book:
        data = build(book, Tokens(bytes(16)))
    for r, label, confirmed in zip(book.registrations, data.label, data.confirmed, strict=True):
        outcome = book.outcomes.get(r.key)
        assert label == (-1 if outcome is None else outcome[1])
        assert np.isnan(confirmed) == (outcome is None)
        assert outcome is None or confirmed < UNTIL.timestamp()


def test_as_if_alone_a_row_is_what_it_would_be_in_an_empty_graph(files):
    tokens = Tokens(bytes(16))
    with open_book(files) as book:
        data = build(book, tokens)
        examined = examine(book.registrations, book.register, tokens)
    nobody = alone([node for _, _, node in examined])
    lone = vectors_of([Facts(*row, c) for row, c in zip(examined, nobody, strict=True)])
    assert np.array_equal(as_if_alone(data.vectors), lone.astype(np.float32), equal_nan=True)
    assert not np.array_equal(data.vectors, lone.astype(np.float32), equal_nan=True)


def test_too_small_a_book_teaches_nothing(files, tmp_path):
    for few in (3, 30):
        small = rewritten(files, tmp_path, registrations=lambda rows, few=few: rows[:few])
        with pytest.raises(InputError, match=r"registrations|labels"):
            trained_on(small)


@pytest.fixture(scope="module")
def poor(first, chance) -> Trained:
    """The model of chance, beside the outcomes that are true."""
    return replace(first, bundle=chance.bundle, later_risk=chance.later_risk)


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def default(monkeypatch, tmp_path):
    """Makes a model the one that judges before any promotion."""

    def default(trained):
        folder = tmp_path / "default"
        card = {**trained.bundle.card, "made_from": "chance"}
        bundles.save(replace(trained.bundle, card=card), folder)
        monkeypatch.setattr(registry, "DEFAULT", folder)

    return default


@pytest.fixture
def judging(home, tmp_path):
    """Makes a model the champion without asking whether it is good."""

    def judging(trained):
        folder = tmp_path / "bundle"
        bundles.save(trained.bundle, folder)
        registry.keep(folder, trained.bundle.version, home)
        registry.promote(trained.bundle.version, home)

    return judging


def measured(trained: Trained, precision: float, **counts: int) -> Trained:
    """The same with another average precision on its card: small worlds measure next to nothing."""
    figures = trained.bundle.card["later_part"] | {"average_precision": precision} | counts
    card = trained.bundle.card | {"later_part": figures}
    return replace(trained, bundle=replace(trained.bundle, card=card))


def test_a_worse_model_does_not_replace_the_champion_and_says_so(first, chance, home, judging):
    judging(measured(first, 0.5))
    worse = released(measured(chance, 0.4), home, may_promote=True)
    assert not worse.is_champion
    assert f"worse than the champion {first.bundle.version}" in worse.why.en
    assert registry.resolve(None, home).name == first.bundle.version
    assert registry.resolve("challenger", home).name == chance.bundle.version
    assert registry.resolve(worse.version, home) == worse.folder


def test_a_better_model_replaces_a_worse_champion_and_an_equal_one_stays(
    first, chance, home, judging
):
    judging(chance)
    better = released(first, home, may_promote=True)
    again = released(first, home, may_promote=True)
    assert (better.is_champion, again.is_champion) == (True, True)
    assert registry.resolve("champion", home).name == first.bundle.version
    assert registry.resolve("previous", home).name == chance.bundle.version
    (told,) = registry.switches(home)
    changed = chance.bundle.version, first.bundle.version
    assert (told["by"], told["from"], told["to"]) == ("chinhchu train", *changed)
    gates = gates_of(better.folder)
    assert [(g["name"], g["passed"]) for g in told["gates"]] == [
        (g["name"], g["passed"]) for g in gates.found
    ]
    assert {"golden_facts"} <= {g["name"] for g in gates.found}
    assert chance.bundle.version in gates.against
    passed = {g["name"]: g["passed"] for g in gates.found}
    assert passed["latency"] is not None  # though the champion has seen every row
    assert passed["groups.recall"] is None


def test_the_first_model_of_a_folder_replaces_a_default_that_is_worse(first, chance, home, default):
    default(chance)
    made = released(first, home, may_promote=True)
    assert made.is_champion
    assert chance.bundle.version in made.why.en
    assert f"the same {len(first.later)} rows" in made.why.en


def test_the_first_model_of_a_folder_is_its_champion_and_says_how_it_compares(
    first, poor, home, default
):
    default(first)
    made = released(poor, home, may_promote=True)
    assert made.is_champion
    default_model = f"the packaged default model {first.bundle.version}"
    assert made.why.en.startswith(
        f"the first of this data folder; warning: worse than {default_model}: "
    )


def test_a_first_model_whose_golden_facts_fail_never_judges(first, home, default):
    default(first)
    wrong = replace(first.bundle, golden=(replace(first.bundle.golden[0], risk=0.5),))
    made = released(replace(first, bundle=wrong), home, may_promote=True)
    assert not made.is_champion
    assert registry.resolve(None, home) == registry.DEFAULT


def test_a_champion_that_can_no_longer_be_used_leaves_the_default_to_compare_with(
    first, poor, home, judging, default
):
    judging(poor)
    (registry.champion_folder(home) / "model.txt").write_text("other trees")
    default(first)
    assert not released(poor, home, may_promote=True).is_champion


def test_no_champion_is_replaced_on_no_evidence(first, chance, home, judging):
    """Four known frauds in the last part prove nothing, however well they are found."""
    card = {**chance.bundle.card, "made_from": "rows of another world"}
    judging(replace(chance, bundle=replace(chance.bundle, card=card)))
    label = first.rows.label.copy()
    label[np.flatnonzero(label == 1)[4:]] = -1
    made = released(replace(first, rows=replace(first.rows, label=label)), home, may_promote=True)
    assert not made.is_champion
    assert "too few known frauds" in made.why.en
    assert ": 4, needed 5" in made.why.en
    assert registry.resolve(None, home).name == chance.bundle.version


def test_a_champion_whose_own_figures_rest_on_too_few_is_displaced(first, chance, home, judging):
    judging(measured(chance, 0.9, frauds_known=2))
    few = released(measured(first, 0.5, frauds_known=4), home, may_promote=True)
    assert (few.is_champion, "too few known frauds" in few.why.en) == (False, True)
    enough = released(measured(first, 0.5, frauds_known=5), home, may_promote=True)
    assert enough.is_champion
    assert "itself rests on too few known frauds: 2" in enough.why.en


def test_a_version_that_a_person_switched_away_from_only_challenges_when_trained_again(
    first, chance, home, judging
):
    judging(chance)
    assert released(first, home, may_promote=True).is_champion
    roll_back(home, registry.Order("Lan", "complaints", UNTIL))
    again = released(first, home, may_promote=True)
    assert not again.is_champion
    assert again.why.en.startswith("Lan switched away from this version")
    assert registry.resolve(None, home).name == chance.bundle.version
    assert registry.resolve("challenger", home).name == first.bundle.version


def test_a_champion_that_was_switched_during_a_training_is_not_replaced(
    first, chance, home, judging
):
    compared = compare(first, home, count(0, 1_000).__next__)
    judging(chance)
    made = Release(first.bundle, compared, registry.Run({}, {}, None))
    late = release(made, home, may_promote=True, at=UNTIL)
    assert not late.is_champion
    assert late.why.en.startswith("the champion was switched meanwhile")
    assert registry.resolve(None, home).name == chance.bundle.version
    assert registry.switches(home) == []


def test_a_model_that_must_not_be_promoted_is_kept_beside(first, home):
    kept = released(first, home, may_promote=False)
    assert not kept.is_champion
    assert "as asked" in kept.why.en
    assert registry.aliased("champion", home) is None
    assert bundles.load(registry.resolve(kept.version, home)).version == kept.version


def test_models_are_compared_on_rows_that_neither_saw(first):
    card = dict(first.bundle.card)
    assert comparing._unseen(first, card) is None  # it saw them all
    assert comparing._unseen(first, {**card, "made_from": "a simulated world"}).all()
    middle = float(np.median(first.rows.at))
    earlier = {**card, "until": datetime.fromtimestamp(middle, UTC).isoformat()}
    frauds = int((first.rows.label[first.rows.at >= middle] == 1).sum())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing, "_ENOUGH", frauds)
        assert comparing._unseen(first, earlier).sum() == (first.rows.at >= middle).sum()
        patch.setattr(comparing, "_ENOUGH", frauds + 1)
        assert comparing._unseen(first, earlier) is None


def test_the_figures_are_those_of_trees_that_knew_no_outcome_of_the_later_time(
    files, first, tmp_path
):
    """An outcome of an early row that was confirmed in the later time moves the release alone."""
    since = datetime.fromtimestamp(float(first.rows.at.min()), UTC)
    with open_book(files, until=UNTIL, labels_until=UNTIL) as book:
        early = {r.registration_id for r in book.registrations if r.registered_at < since}
        late = {key[1] for key, (at, _) in book.outcomes.items() if at >= since}

    def turned(rows):
        return [
            {**row, "is_fraud": not row["is_fraud"]}
            if row["registration_id"] in early & late
            else row
            for row in rows
        ]

    seen = []
    real = fit.fit_trees

    def watched(vectors, label, **told):
        seen.append(label.copy())
        return real(vectors, label, **told)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "fit_trees", watched)
        trained_on(files)
        trained_on(rewritten(files, tmp_path, labels=turned))
    apart, released, apart_again, released_again = seen
    assert early & late
    assert np.array_equal(apart, apart_again)
    assert not np.array_equal(released, released_again)


def test_neither_card_nor_book_of_models_tells_one_row_from_another(first, home):
    """Not by a digest either: who can guess a key could ask whether it is in the book."""
    released(first, home, may_promote=False)
    cards = [json.loads(path.read_text()) for path in home.rglob("card.json")]
    assert len(cards) == 2
    for card in cards:
        figures = card.pop("later_part")
        recipe = card["recipe"]
        assert set(card) == {
            *("until", "seed", "rows", "frauds_known", "cleared_known"),
            *("undated", "version", "trees", "labels_of_nobody", "recipe", "trials"),
            *("label_delay_days_median", "label_delay_days_90%", "immature_since"),
        }
        del card["recipe"]
        told = (*card.values(), *figures.values(), *recipe.values())
        assert all(isinstance(v, str | int | float) for v in told)


def test_a_book_of_models_that_refuses_leaves_the_champion(first, chance, home, judging):
    judging(chance)
    released(chance, home, may_promote=False)
    (home / "mlflow" / "mlflow.db").write_bytes(b"no database" * 1000)
    with pytest.raises(DataFolderError, match="mlflow"):
        released(first, home, may_promote=True)
    assert registry.resolve("champion", home).name == chance.bundle.version
    assert not [p for p in (home / "models").iterdir() if p.name.startswith(".")]
