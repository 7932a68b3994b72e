"""Estimates the weights of evidence from two files, and writes the parameter file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from features import weights
from features.errors import InputError
from features.reading import read_population
from service.interruption import one_scratch
from service.progress import Progress
from service.results import results
from service.words import said
from training.book import BookFiles, open_book
from training.weighing import estimate, pairs_of, render


def weigh(files: BookFiles, seed: int, out: Path) -> str:
    """Writes `weights.toml` to `out`; gives its version: the book's last day, and a digest.

    Raises:
        InputError: a file cannot be read, or there is nothing in it to learn from.
    """
    progress = Progress()
    progress.stage("weigh", "Đối chiếu từng hồ sơ…", "Comparing every registration…")
    persons = read_population(files.population).items
    with results(out) as aside, one_scratch(), open_book(files) as book:
        if not (persons and book.registrations):
            raise InputError(said("tệp không có dòng nào dùng được", "no row of use in the files"))
        pairs = pairs_of(book.registrations, book.register, persons, seed)
        progress.stage("estimate", "Ước lượng…", "Estimating…")
        form = estimate(pairs, persons, weights.default())
        digest = hashlib.sha256(render(form, "").encode()).hexdigest()[:8]
        version = f"{book.registrations[-1].registered_at:%Y%m%d}-{digest}"
        (aside / "weights.toml").write_text(render(form, version), encoding="utf-8")
    progress.done()
    return version
