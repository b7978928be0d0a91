"""The model, its objective and the conditions of its optimum, written down in numpy; and readers of the files."""

import dataclasses
import json

import h5py
import numpy as np


@dataclasses.dataclass
class Model:
    """coefficients: rows × features; one row for two classes, else classes or (reference) one less."""

    coefficients: np.ndarray
    intercept: np.ndarray
    names: list
    attributes: dict


def read_model(path):
    with h5py.File(path) as file:
        names = list(file["feature_names"].asstr()) if "feature_names" in file else []
        return Model(file["coefficients"][:], file["intercept"][:], names, dict(file.attrs))


def read_steps(path):
    """A path file: its models, and the table of its steps."""
    with h5py.File(path) as file:
        table = {name: values[:] for name, values in file["steps"].items()}
        models = [Model(w, b, [], {}) for w, b in zip(file["coefficients"], file["intercept"])]
        return models, table, dict(file.attrs), json.loads(file["record"].asstr()[()])


def margins(x, model, classes):
    """rows × classes; the class without a row of coefficients, the first, stands at 0."""
    z = np.asarray(x @ model.coefficients.T) + model.intercept
    if z.shape[1] < classes:
        z = np.column_stack([np.zeros(len(z)), z])
    return z


def probabilities(x, model, classes):
    z = margins(x, model, classes)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def log_loss(x, y, model, weights=None):
    """Mean; y counts the classes from 0."""
    z = margins(x, model, y.max() + 1)
    top = z.max(axis=1)
    losses = top + np.log(np.exp(z - top[:, None]).sum(axis=1)) - z[np.arange(len(y)), y]
    return np.average(losses, weights=weights)


def gradient(x, y, model, weights=None):
    """Of the log-loss: as coefficients, and as intercept."""
    classes = y.max() + 1
    weights = np.ones(len(y)) if weights is None else weights
    residual = probabilities(x, model, classes)
    residual[np.arange(len(y)), y] -= 1.0
    residual = residual[:, classes - len(model.intercept):] * (weights / weights.sum())[:, None]
    return np.asarray((x.T @ residual).T), residual.sum(axis=0)


def penalty(model, l1, l2, centre=0.0):
    """l1 and l2 are numbers, or one per feature."""
    distance = model.coefficients - centre
    return (l1 * np.abs(distance) + 0.5 * l2 * distance**2).sum()


def objective(x, y, model, l1=0.0, l2=0.0, weights=None):
    return log_loss(x, y, model, weights) + penalty(model, l1, l2)


def optimality(x, y, model, l1=0.0, l2=0.0, weights=None, lower=-np.inf, upper=np.inf):
    """How far the model is from meeting the Karush-Kuhn-Tucker conditions: the largest distance of
    0 from the subdifferential. They are sufficient, for the problem is convex."""
    w = model.coefficients
    smooth, of_intercept = gradient(x, y, model, weights)
    smooth = smooth + l2 * w
    l1 = np.broadcast_to(l1, w.shape)
    # What remains of the gradient for the best choice of the subgradient of l1 |w|.
    rest = np.where(w != 0, smooth + l1 * np.sign(w),
                    np.sign(smooth) * np.maximum(np.abs(smooth) - l1, 0.0))
    assert np.all(w >= lower) and np.all(w <= upper)
    # At a bound the gradient may push outwards.
    rest = np.where((w == lower) & (rest > 0), 0.0, rest)
    rest = np.where((w == upper) & (rest < 0), 0.0, rest)
    return max(np.abs(rest).max(), np.abs(of_intercept).max())


def as_model(coefficients, intercept):
    return Model(np.atleast_2d(coefficients), np.atleast_1d(intercept), [], {})


def classes_sample(rows=300, features=4, classes=4, seed=1, strength=1.0):
    """Rows whose classes overlap, so that the unpenalised optimum is finite."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, features))
    truth = strength * random.normal(size=(features, classes))
    y = np.argmax(x @ truth + random.gumbel(size=(rows, classes)), axis=1)
    return x, y
