"""docs/architecture.md names files that are there, and its walk leads to symbols that are there."""

import os
import pathlib
import re

import pytest

SOURCE = pathlib.Path(os.environ["MPILOGIT_SOURCE"])
PAGE = (SOURCE / "docs" / "architecture.md").read_text()
WALK = re.search(r"^## The walk\n.*?(?=\n## |\nWhy things)", PAGE, re.MULTILINE | re.DOTALL).group(0)
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in WALK.splitlines()
        if line.startswith("| ") and not line.startswith("| question")]


def test_every_file_that_is_named_is_there():
    named = set(re.findall(r"`([\w./-]+\.(?:hpp|cpp|txt|md|py))`", PAGE))
    assert len(named) > 30
    missing = [name for name in named if not (SOURCE / name).exists() and not (SOURCE / "src" / name).exists()]
    assert not missing


def test_the_walk_answers_four_questions():
    assert len(ROWS) == 4


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_walk_leads_to_the_line_in_three_steps(row):
    steps = row[1:]
    assert 1 <= len(steps) <= 3
    for step in steps:
        file, symbol = re.match(r"`([\w/]+\.[ch]pp)`: `(\w+)`", step).groups()
        text = (SOURCE / "src" / file).read_text()
        assert re.search(rf"\b{symbol}\b", text), f"{file} has no {symbol}"
