"""Runs models in onnxruntime: [[path, {input: [type, values]}], ...] in, [[labels, probabilities], ...] out."""

import json
import sys

import numpy as np
import onnxruntime

results = []
for path, inputs in json.load(open(sys.argv[1])):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    values = {name: np.array(value, dtype=kind) for name, (kind, value) in inputs.items()}
    labels, probabilities = session.run(["label", "probabilities"], values)
    results.append([labels.tolist(), probabilities.tolist()])
print(json.dumps(results))
