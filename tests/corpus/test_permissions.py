"""What of the corpus root cannot be refused: root may read every file."""

import json
import os
import pathlib

import pytest

import runs

CORPUS = pathlib.Path(os.environ["MPILOGIT_CORPUS"])
CASES = [case for case in json.loads((CORPUS / "cases.json").read_text()) if case["needs"] == "other user"]


@pytest.mark.parametrize("ranks", [int(ranks) for ranks in os.environ["MPILOGIT_CORPUS_RANKS"].split()])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_it_is_refused(case, ranks):
    if os.geteuid() == 0:
        pytest.skip("root may read every file")
    outcome = runs.refusal(case, CORPUS, ranks, lambda ranks: 0.0)
    assert not outcome.faults, f"{outcome.faults}: {outcome.text}"
