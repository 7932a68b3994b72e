"""Makes the default model from the simulated world: `python -m training.default_model`.

A fresh installation judges with it until it has trained a model of its own. It never saw a real
registration, nor anyone else's world.
"""

from __future__ import annotations

import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.attributes import Tokens
from models import bundle as bundles
from models.registry import DEFAULT
from training.book import BookFiles, open_book
from training.train import train
from training.world import simulate

PERSONS = 60_000
"""As many as a small province's: what a network or an agent sees depends on how many there are."""
WORLD_SEED = 2025
UNTIL = datetime(2026, 7, 1, tzinfo=UTC)


def make(out: Path, persons: int = PERSONS) -> str:
    """Simulates, trains, and puts the bundle into `out` in place of what is there.

    Returns:
        The version of the model, equal for equal code.
    """
    with TemporaryDirectory(prefix="chinhchu-world-") as scratch:
        simulate(persons, WORLD_SEED).write(Path(scratch))
        with open_book(BookFiles.of(Path(scratch)), until=UNTIL, labels_until=UNTIL) as book:
            bundle = train(book, UNTIL, Tokens(bytes(32))).bundle
    card = {
        **bundle.card,
        "made_from": f"simulated world of {persons} persons, seed {WORLD_SEED}",
        "meant_for": "a first start and demonstrations; train on your own outcomes soon",
    }
    aside = out.with_name(f".{out.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    bundles.save(bundles.Bundle(bundle.model_text, bundle.calibration, bundle.golden, card), aside)
    shutil.rmtree(out, ignore_errors=True)
    aside.rename(out)
    return bundle.version


def main() -> int:
    """Prints the card of what was made."""
    make(DEFAULT)
    card = json.loads((DEFAULT / "card.json").read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(card, ensure_ascii=False, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
