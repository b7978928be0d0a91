"""A process in which one peer fits one data set, so that a fit that takes too long can be ended.

Reads requests, one JSON object a line, from standard input: {"tolerance": …, "variant": {…}}.
Answers with {"seconds": …, "coefficients": […], "intercept": …} or {"error": …}.
"""

import json
import os
import sys

from . import datasets, peers


def main(name, path, l2):
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the peers print goes elsewhere
    peer = peers.by_name(name)
    peer.prepare(*datasets.read(path), float(l2))
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            seconds, weights, intercept = peer.fit(request["tolerance"], **request["variant"])
            answer = {"seconds": seconds, "coefficients": list(map(float, weights)),
                      "intercept": float(intercept)}
        except Exception as error:  # whatever a peer raises is its result
            answer = {"error": f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
