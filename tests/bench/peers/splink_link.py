"""Splink 5 links one Parquet file to another and writes each left row's best link.

Call: splink_link.py WHICH LEFT RIGHT OUT MODEL, where WHICH is one of `SETTINGS`. Says the CPU time
of training and predicting.
"""

from __future__ import annotations

import json
import logging
import sys
import time

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on


def _name() -> cl.CustomComparison:
    """Whole name by its frequency; another order; a middle name more or less; a letter or two."""
    return cl.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            cll.NullLevel("full_name"),
            cll.ExactMatchLevel("marked_name", term_frequency_adjustments=True),
            cll.ExactMatchLevel("full_name", term_frequency_adjustments=True),
            cll.ExactMatchLevel("letters", term_frequency_adjustments=True),
            cll.And(
                cll.ExactMatchLevel("surname"),
                cll.ExactMatchLevel("given"),
            ),
            cll.DamerauLevenshteinLevel("full_name", 1),
            cll.JaroWinklerLevel("full_name", 0.92),
            cll.JaroWinklerLevel("full_name", 0.85),
            cll.ElseLevel(),
        ],
    )


def _born() -> cl.CustomComparison:
    """The levels of Splink's DateOfBirthComparison, with the slips that are common here."""
    year = "substr(born_l, 1, 4) = substr(born_r, 1, 4)"
    swapped = (
        f"{year} and substr(born_l, 6, 2) = substr(born_r, 9, 2)"
        " and substr(born_l, 9, 2) = substr(born_r, 6, 2)"
    )
    return cl.CustomComparison(
        output_column_name="born",
        comparison_levels=[
            cll.NullLevel("born"),
            cll.ExactMatchLevel("born", term_frequency_adjustments=True),
            cll.CustomLevel(swapped, label_for_charts="day and month swapped"),
            cll.CustomLevel(
                f"{year} and (length(born_l) < 10 or substr(born_l, 6) = '01-01')",
                label_for_charts="year alone",
            ),
            cll.DamerauLevenshteinLevel("born", 1),
            cll.AbsoluteDateDifferenceLevel(
                "born", input_is_string=True, threshold=1, metric="month"
            ),
            cll.AbsoluteDateDifferenceLevel(
                "born", input_is_string=True, threshold=1, metric="year"
            ),
            cll.AbsoluteDateDifferenceLevel(
                "born", input_is_string=True, threshold=10, metric="year"
            ),
            cll.ElseLevel(),
        ],
    )


def _address() -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name="address",
        comparison_levels=[
            cll.NullLevel("place"),
            cll.And(cll.ArrayIntersectLevel("communes"), cll.ExactMatchLevel("place")),
            cll.And(cll.ArrayIntersectLevel("communes"), cll.JaroWinklerLevel("place", 0.9)),
            cll.ExactMatchLevel("place"),
            cll.ArrayIntersectLevel("communes"),
            cll.ExactMatchLevel("province"),
            cll.ElseLevel(),
        ],
    )


def _hard(*more: object, born: object = None) -> tuple[SettingsCreator, list[object], list[object]]:
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        comparisons=[
            _name(),
            born or _born(),
            cl.ExactMatch("sex"),
            _address(),
            cl.LevenshteinAtThresholds("issued", 1),
            *more,
        ],
        blocking_rules_to_generate_predictions=[
            block_on("letters", "substr(born, 1, 4)"),
            block_on("letters", "province"),
            block_on("born", "given"),
            block_on("born", "surname"),
            block_on("full_name"),
            *([block_on("number")] if more else []),
        ],
        retain_intermediate_calculation_columns=False,
    )
    return settings, [block_on("born", "letters")], [block_on("born"), block_on("letters")]


def _febrl(*more: object) -> tuple[SettingsCreator, list[object], list[object]]:
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        comparisons=[
            cl.ForenameSurnameComparison("given", "surname"),
            cl.DateOfBirthComparison("born", input_is_string=True),
            _frequent("street"),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
            _frequent("suburb"),
            *more,
        ],
        blocking_rules_to_generate_predictions=[
            block_on("given", "surname"),
            block_on("born"),
            block_on("postcode", "substr(surname, 1, 2)"),
            block_on("postcode", "substr(given, 1, 2)"),
            block_on("street", "suburb"),
            block_on("surname", "substr(born, 1, 4)"),
            *([block_on("number")] if more else []),
        ],
    )
    certain = [block_on("given", "surname", "postcode"), block_on("born", "surname")]
    return settings, certain, [block_on("born"), block_on("surname"), block_on("postcode")]


def _frequent(field: str) -> object:
    levels = cl.JaroWinklerAtThresholds(field, [0.9, 0.7])
    return levels.configure(term_frequency_adjustments=True)


def _number() -> object:
    return cl.DamerauLevenshteinAtThresholds("number", [1, 2])


SETTINGS = {
    "hard": _hard,
    "stock": lambda: _hard(born=cl.DateOfBirthComparison("born", input_is_string=True)),
    "numbers": lambda: _hard(_number()),
    "febrl": lambda: _febrl(_number()),
    "unnumbered": _febrl,
}


def main() -> None:
    """Trains by expectation maximisation, predicts, writes the best links."""
    logging.disable(logging.WARNING)
    which, left, right, out, model = sys.argv[1:]
    settings, certain, blocks = SETTINGS[which]()
    start = time.process_time()
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    api = DuckDBAPI(connection)
    tables = [
        api.register(connection.read_parquet(path), dataset_display_name=name)
        for path, name in ((left, "a_left"), (right, "b_right"))
    ]
    linker = Linker(tables, settings)
    training = linker.training
    training.estimate_probability_two_random_records_match(certain, recall=0.8)
    training.estimate_u_using_random_sampling(max_pairs=3e6, seed=1)
    for rule in blocks:
        training.estimate_parameters_using_expectation_maximisation(
            rule, record_sample_proportion=1.0
        )
    trained = time.process_time()
    links = linker.inference.predict(threshold_match_probability=0.05)
    pairs = len(links.as_duckdbpyrelation())
    done = time.process_time()
    links.as_duckdbpyrelation().aggregate(
        "id_l as left_id, arg_max(id_r, match_weight) as right_id, "
        "max(match_probability) as probability",
        "id_l",
    ).write_parquet(out)
    linker.misc.save_model_to_json(model, overwrite=True)
    print(json.dumps({"training": trained - start, "predicting": done - trained, "pairs": pairs}))


if __name__ == "__main__":
    main()
