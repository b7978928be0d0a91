"""F in float64, written down apart from every program that is compared, and gaps to its optimum."""

import numpy as np
import scipy.sparse

ROWS_AT_ONCE = 100_000  # that are widened to float64 together


def objective(x, y, weights, intercept, l2):
    """F(w, b) = (1/n) Σ log(1 + exp(−s_i (x_i·w + b))) + λ2/2 ‖w‖², s_i = ±1 for y_i = 1, 0."""
    weights = np.asarray(weights, np.float64)
    total = 0.0
    for first in range(0, x.shape[0], ROWS_AT_ONCE):
        rows = x[first:first + ROWS_AT_ONCE].astype(np.float64)
        margins = rows @ weights + intercept
        signs = 2.0 * y[first:first + ROWS_AT_ONCE] - 1.0
        total += np.logaddexp(0.0, -signs * margins).sum()
    return total / x.shape[0] + 0.5 * l2 * (weights @ weights)


def relative_gap(value, optimum):
    return (value - optimum) / optimum


def widened(x):
    """X as float64, for peers whose own arithmetic in float32 does not reach the gap."""
    return x.astype(np.float64, copy=False)


def narrow(x):
    """X as the float32 that peers take; integers become float32, floats of 64 bits stay."""
    return x if x.dtype in (np.float32, np.float64) else x.astype(np.float32)


def stored_entries(x):
    return x.nnz if scipy.sparse.issparse(x) else x.size
