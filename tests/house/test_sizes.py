"""The size ratchet: rooms stay small enough to read in one go."""

from __future__ import annotations

import ast

MOST_LINES = 400
MOST_FUNCTION_LINES = 30


def _functions(tree: ast.Module) -> list[int]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [n.end_lineno - n.lineno + 1 for n in ast.walk(tree) if isinstance(n, kinds)]


def test_no_file_is_longer_than_one_reading(root, files):
    sizes = {p: (root / p).read_bytes().count(b"\n") for p in files if p.suffix == ".py"}
    assert not {path: lines for path, lines in sizes.items() if lines > MOST_LINES}


def test_nine_functions_of_ten_fit_on_a_screen(root, files):
    trees = (ast.parse((root / p).read_bytes()) for p in files if p.suffix == ".py")
    sizes = sorted(size for tree in trees for size in _functions(tree))
    assert sizes[int(len(sizes) * 0.9)] <= MOST_FUNCTION_LINES
