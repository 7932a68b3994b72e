"""Laws of the notebooks: each runs from top to bottom, and is kept without what it put out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
BY_NAME = [pytest.param(path, id=path.stem) for path in sorted(FOLDER.glob("*.ipynb"))]
EXECUTE = [sys.executable, "-c", "from nbclient.cli import main; main()", "--inplace"]
_VIETNAMESE = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


@pytest.fixture
def environment(root, tmp_path):
    """That of a kernel of this Python, whatever its user set up; it too reaches no other machine."""
    start = tmp_path / "ipython" / "profile_default" / "startup"
    start.mkdir(parents=True)
    shutil.copy(root / "tests" / "conftest.py", start / "stay_here.py")
    ours = {"PYTHONPATH": root, "OMP_NUM_THREADS": 1, "OMP_WAIT_POLICY": "PASSIVE"}
    away = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    ours |= {name: tmp_path / "ipython" for name in away}
    alone = {name: value for name, value in os.environ.items() if name != "JUPYTER_PATH"}
    return alone | {name: str(value) for name, value in ours.items()}


@pytest.mark.parametrize("path", BY_NAME)
def test_a_notebook_runs_from_top_to_bottom(path, environment, tmp_path):
    copy = shutil.copy(path, tmp_path)
    ran = subprocess.run(
        [*EXECUTE, copy], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    made = [o for c in nbformat.read(copy, 4).cells for o in c.get("outputs", ())]
    assert any("image/png" in output.get("data", {}) for output in made)
    assert not [o.text for o in made if o.output_type == "stream" and "Warning" in o.text]


@pytest.mark.parametrize("path", BY_NAME)
def test_a_notebook_is_kept_without_what_it_put_out(path):
    kept = nbformat.read(path, 4)
    nbformat.validate(kept)
    cells = [cell for cell in kept.cells if cell.cell_type == "code"]
    assert not [cell.id for cell in cells if cell.outputs or cell.execution_count is not None]
    assert not [cell.id for cell in kept.cells if cell.metadata]
    assert kept.metadata.keys() == {"kernelspec", "language_info"}


@pytest.mark.parametrize("path", BY_NAME)
def test_every_heading_is_summed_up_in_vietnamese(path):
    headed = [c.source for c in nbformat.read(path, 4).cells if c.source.startswith("#")]
    assert headed
    assert not [text for text in headed if not _VIETNAMESE.search(text.split("\n")[2])]


def test_the_readme_tells_of_every_notebook(root):
    told = (root / "README.md").read_text(encoding="utf-8")
    assert not [path.name for path in FOLDER.glob("*.ipynb") if f"`{path.name}`" not in told]
