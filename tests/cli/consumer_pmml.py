"""Runs models in JPMML: [[path, [row, ...], classes], ...] in, [[labels, probabilities], ...] out. A value of
a row that is null is missing."""

import json
import sys

import pandas as pd
from jpmml_evaluator import make_evaluator

results = []
for path, rows, classes in json.load(open(sys.argv[1])):
    evaluator = make_evaluator(path).verify()
    frame = pd.DataFrame(rows, dtype=object)
    scored = evaluator.evaluateAll(frame.where(frame.notna(), None))
    probabilities = scored[[name for name in scored.columns if name.startswith("probability(")]]
    assert probabilities.shape[1] == classes
    results.append([scored["predicted"].tolist(), probabilities.to_numpy(dtype=float).tolist()])
print(json.dumps(results))
