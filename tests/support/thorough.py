"""What CI leaves to scripts/check-all, which sets MPILOGIT_THOROUGH: repetitions of which a few show nearly all."""

import os

THOROUGH = os.environ.get("MPILOGIT_THOROUGH", "") not in ("", "0")


def some(every, few):
    """All the cases of a test, or those few of them."""
    assert all(case in every for case in few)
    return every if THOROUGH else few


def spread(steps, most):
    """Of numbered steps (kind, number): all; or of each kind the first, the last and some between, `most` together."""
    if THOROUGH:
        return steps
    chosen = []
    for kind in dict.fromkeys(step[0] for step in steps):
        alike = [step for step in steps if step[0] == kind]
        places = {round(i * (len(alike) - 1) / max(1, most - 1)) for i in range(most)}
        chosen += [alike[place] for place in sorted(places)]
    return chosen
