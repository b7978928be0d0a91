"""Every bad file of the corpus on one rank, and every third on four (all with MPILOGIT_CORPUS_EVERY=1): exit 2 within
2 seconds and 200 MB, one message that names file, place and remedy; no output touched, nothing and nobody left
behind."""

import concurrent.futures
import functools
import json
import os
import pathlib
import threading
import time

import pytest

import runs

CORPUS = pathlib.Path(os.environ["MPILOGIT_CORPUS"])
CASES = [case for case in json.loads((CORPUS / "cases.json").read_text()) if not case["needs"]]
RANKS = [int(ranks) for ranks in os.environ["MPILOGIT_CORPUS_RANKS"].split()]
EVERY = int(os.environ.get("MPILOGIT_CORPUS_EVERY", "3"))
STARTS = [(case, ranks) for i, case in enumerate(CASES) for ranks in RANKS if ranks == 1 or i % EVERY == 0]


@functools.cache
def measured_start(ranks, moment):
    """Seconds that a start takes which does nothing else; `moment` forgets what was long ago."""
    start = time.monotonic()
    runs.run(["--version"], ranks, CORPUS)
    return time.monotonic() - start


def fair_seconds(ranks):
    return measured_start(ranks, int(time.monotonic() / 10))


@pytest.fixture(scope="module")
def outcomes():
    """Of all cases, two at a time while the tests wait for them in order."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        stop = threading.Event()
        started = {}
        for case, ranks in STARTS:
            started[case["name"], ranks] = pool.submit(
                lambda *arguments: None if stop.is_set() else runs.refusal(*arguments),
                case, CORPUS, ranks, fair_seconds)
        yield started
        stop.set()


def test_the_corpus_is_large():
    for ranks in RANKS:
        assert sum(of == ranks for _, of in STARTS) >= 200


@pytest.mark.parametrize(("case", "ranks"), STARTS, ids=[f"{case['name']}-{ranks}" for case, ranks in STARTS])
def test_it_is_refused(outcomes, case, ranks):
    outcome = outcomes[case["name"], ranks].result()
    assert not outcome.faults, f"{outcome.faults}: {outcome.text}"


def test_nothing_is_left_in_the_corpus(outcomes):
    concurrent.futures.wait(outcomes.values())
    left = [path for path in CORPUS.rglob("*") if ".tmp-" in path.name or path.name.endswith(".previous")]
    assert not left
