"""Models whose columns are far from zero, written by h5py, and what they say of rows: exact fractions, rounded once.
The raw intercept is there as well; whoever computes with it is far off."""

import dataclasses
import hashlib
import itertools
import math
import pathlib
from fractions import Fraction

import h5py
import numpy as np

from conftest import write_dense


@dataclasses.dataclass
class Centred:
    name: str
    model: pathlib.Path
    data: pathlib.Path
    x: np.ndarray
    y: np.ndarray
    centre: list
    degree: int
    weights: list            # a row for each row of coefficients
    intercepts: list
    classes: int
    objective: str
    margins: np.ndarray      # a column for each row of coefficients

    @property
    def probabilities(self):
        return probabilities(self.margins, self.classes, self.objective)

    @property
    def log_loss(self):
        return -float(np.mean(np.log(self.probabilities[np.arange(len(self.y)), self.y])))


def monomials(features, degree):
    return [chosen for d in range(1, degree + 1)
            for chosen in itertools.combinations_with_replacement(range(features), d)]


def margins_of(x, centre, degree, weights, intercepts):
    """z = b + Σ w ∏ (x_j − c_j), nothing rounded before the end."""
    products = monomials(len(centre), degree)
    rows = []
    for row in x.tolist():
        less = [Fraction(value) - Fraction(c) for value, c in zip(row, centre)]
        values = [math.prod((less[j] for j in chosen), start=Fraction(1)) for chosen in products]
        rows.append([float(Fraction(b) + sum(Fraction(w) * value for w, value in zip(of_row, values)))
                     for of_row, b in zip(weights, intercepts)])
    return np.array(rows)


def raw_form(centre, degree, weights, intercept):
    """Multiplied out, factor by factor."""
    products = monomials(len(centre), degree)
    total = {(): Fraction(intercept)}
    for chosen, weight in zip(products, weights):
        terms = {(): Fraction(weight)}
        for j in chosen:
            longer = {}
            for factors, value in terms.items():
                with_j = tuple(sorted((*factors, j)))
                longer[with_j] = longer.get(with_j, 0) + value
                longer[factors] = longer.get(factors, 0) - value * Fraction(centre[j])
            terms = longer
        for factors, value in terms.items():
            total[factors] = total.get(factors, 0) + value
    return [float(total.get(chosen, 0)) for chosen in products], float(total[()])


def probabilities(margins, classes, objective):
    if objective == "one-vs-rest":
        shares = 1.0 / (1.0 + np.exp(-margins))
        return shares / shares.sum(axis=1, keepdims=True)
    scores = np.hstack([np.zeros((len(margins), 1)), margins]) if margins.shape[1] < classes else margins
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def sha256(*arrays):
    return hashlib.sha256(b"".join(np.asarray(array, dtype="<f8").tobytes() for array in arrays)).hexdigest()


def write_model(path, centre, degree, weights, intercepts, classes, objective):
    """As docs/formats.md has it."""
    raw = [raw_form(centre, degree, of_row, b) for of_row, b in zip(weights, intercepts)]
    coefficients = np.array([of_row for of_row, _ in raw])
    intercept = np.array([b for _, b in raw])
    with h5py.File(path, "w") as file:
        file["coefficients"] = coefficients
        file["intercept"] = intercept
        file["centre"] = np.array(centre)
        file["intercept_at_centre"] = np.array(intercepts)
        at_centre = []
        if degree > 1:
            file["coefficients_at_centre"] = at_centre = np.array(weights)
            file.attrs.update({"data_features": len(centre), "degree": degree, "interactions_only": 0})
        file["classes"] = np.arange(classes)
        file["record"] = "{}"
        file.attrs.update({
            "format": "mpilogit model", "format_version": 1 if classes == 2 and degree == 1 else 2, "label_kind": 0,
            "objective": objective, "solver": "newton", "l2": 0.0, "l1": 0.0, "standardized": 0, "firth": 0,
            "coefficients_sha256": sha256(coefficients, intercept),
            "centre_sha256": sha256(centre, intercepts, at_centre),
            "texts_sha256": hashlib.sha256(f"{objective}\0newton\0".encode()).hexdigest()})
    return path


def centred(folder, name, x, centre, degree, weights, intercepts, classes, objective):
    margins = margins_of(x, centre, degree, weights, intercepts)
    share = probabilities(margins, classes, objective)
    draws = np.random.default_rng(9).random(len(x))
    y = np.minimum((share.cumsum(axis=1) < draws[:, None]).sum(axis=1), classes - 1)
    return Centred(name, write_model(folder / f"{name}_model.h5", centre, degree, weights, intercepts, classes, objective),
                   write_dense(folder / f"{name}.h5", x, y), x, y, centre, degree, weights, intercepts, classes,
                   objective, margins)


def hour(folder, rows=100):
    """Unix seconds of an hour, with quarters, beside a column that is near zero."""
    random = np.random.default_rng(1)
    x = np.stack([1.7e9 + random.integers(0, 14400, rows) / 4, random.normal(size=rows)], axis=1)
    return centred(folder, "hour", x, [1.7e9 + 1800.5, 0.0], 1, [[0.0025, -0.7]], [0.3], 2, "logistic")


def spreads(folder, objective, rows=100):
    """Two columns at 10¹² spreads, of either sign; three classes."""
    random = np.random.default_rng(2)
    x = np.stack([1e12 + random.random(rows), random.normal(size=rows), -3e12 - random.random(rows)], axis=1)
    weights = [[1.3, -0.4, 2.1], [-2.0, 0.5, 0.25], [0.7, 0.1, -1.1]]
    return centred(folder, objective.replace("-", "_") + "_spreads", x, [1e12 + 0.5, 0.0, -3e12 - 0.5], 1, weights,
                   [0.1, -0.2, 0.4], 3, objective)


def years(folder, rows=100):
    """Products of years and seconds."""
    random = np.random.default_rng(3)
    x = np.stack([random.integers(1990, 2024, rows).astype(float), 1.7e9 + random.integers(0, 3600, rows),
                  random.normal(size=rows)], axis=1)
    weights = [[0.05, 0.001, -0.3, -0.01, 1e-5, 0.02, 1e-7, -3e-4, 0.5]]
    return centred(folder, "years", x, [2007.0, 1.7e9 + 1800.0, 0.0], 2, weights, [0.2], 2, "logistic")


def all_centred(folder):
    return [hour(folder), spreads(folder, "softmax"), spreads(folder, "one-vs-rest"), years(folder)]
