"""optimum(problem, field): F*, the slopes and a certificate, by the solver of oracle.py."""

import dataclasses

import numpy

import oracle


@dataclasses.dataclass
class Optimum:
    value: object  # F*
    slopes: object  # rows x columns in the data's units, or None where they are not unique
    decrement: float  # half the squared Newton decrement over F*: the relative distance from F*
    reach: float  # the largest change of a margin by the last Newton step: that estimate is exact if small


def counts_of(problem, field, rows):
    s = oracle.row_weights(problem)[rows]
    total = s.sum()
    if problem.trials is not None:
        tried = problem.trials[rows].astype(numpy.longdouble)
        done = problem.y[rows].astype(numpy.longdouble)
        C = numpy.stack([s * (tried - done), s * done], axis=1)
        total = (s * tried).sum()
    else:
        C = numpy.zeros((len(s), problem.classes), numpy.longdouble)
        C[numpy.arange(len(s)), problem.y[rows]] = s
    # Of the order of 1, exactly, then divided in the field.
    scale = numpy.ldexp(numpy.longdouble(1), -int(numpy.frexp(total)[1]))
    high = (C * scale).astype(float)
    low = (C * scale - high).astype(float)
    C = field.array(high) + field.array(low)
    return C / C.sum()


def deviations(U, s):
    mean = (U * s[:, None]).sum(axis=0) / s.sum()
    return ((U - mean) ** 2 * s[:, None]).sum(axis=0) / s.sum()


def root(values):
    return numpy.array([value ** 0.5 if values.dtype == object else numpy.sqrt(value)
                        for value in values], dtype=values.dtype)


def optimum(problem, field, left_out=()):
    """Without the columns `left_out`; of a "quasi" problem the infimum."""
    rows = numpy.arange(len(problem.y))
    counts = counts_of(problem, field, rows)
    heavy = counts.sum(axis=1) != 0
    X = field.array(problem.X[heavy])
    if field.short and problem.degree > 1:
        if problem.l1 > 0.0 or problem.l2 > 0.0 or problem.boxed:
            raise RuntimeError("penalised products are for 256 bits")
        X = X - X[len(X) // 2]  # products of these span the same, and need no more than 64 bits
    X = oracle.expand(X, problem.degree, problem.interactions)
    counts, rows = counts[heavy], rows[heavy]
    if problem.promise == "quasi":
        kept = ~problem.certain[heavy]
        X, counts, rows = X[kept], counts[kept], rows[kept]
    offset = None if problem.offsets is None else field.array(numpy.asarray(problem.offsets)[rows])
    if problem.one_vs_rest:
        parts = [single(problem, field, X, numpy.stack([counts.sum(axis=1) - counts[:, k],
                                                        counts[:, k]], axis=1), offset, left_out)
                 for k in range(problem.classes)]
        unique = all(part.slopes is not None for part in parts)
        return Optimum(sum(part.value for part in parts),
                       numpy.concatenate([part.slopes for part in parts]) if unique else None,
                       max(part.decrement for part in parts), max(part.reach for part in parts))
    return single(problem, field, X, counts, offset, left_out)


def single(problem, field, X, counts, offset, left_out):
    n, p = X.shape
    centre = X[n // 2]
    U = X - centre
    size = abs(U).max(axis=0)
    used = numpy.array([size[j] > 0 and j not in left_out for j in range(p)])
    if problem.factors is not None:
        used &= numpy.isfinite(problem.factors)
    U, size = U[:, used] / size[used], size[used]
    s = counts.sum(axis=1)
    U = U - (U * s[:, None]).sum(axis=0) / s.sum()
    smooth_only = problem.smooth and problem.l2 == 0.0
    basis = oracle.orthogonal(field, U) if smooth_only else U
    data = oracle.Smooth(field, basis, counts, offset)
    m, R = basis.shape[1] + 1, data.R
    l1, l2 = field.zeros(R, m), field.zeros(R, m)
    lower, upper = field.zeros(R, m) - numpy.inf, field.zeros(R, m) + numpy.inf
    fixed = numpy.zeros((R, m), bool)
    if not smooth_only:
        f = field.array(numpy.ones(p) if problem.factors is None else problem.factors)[used]
        deviation = deviations(U, s) if problem.standardize else 1 / (size * size)
        l2[:, 1:] = field.array([problem.l2])[0] * f * deviation
        l1[:, 1:] = field.array([problem.l1])[0] * f * root(deviation)
        for bound, name in ((lower, "lower"), (upper, "upper")):
            if getattr(problem, name) is not None:
                given = numpy.broadcast_to(getattr(problem, name), (p,))
                bound[:, 1:] = field.array(given)[used] * size
    if R > 1:  # a shift of all rows alike changes nothing
        fixed[0, 0] = True
        if smooth_only:
            fixed[0] = True
        else:
            fixed[0, 1:] = [l1[0, j] == 0 and l2[0, j] == 0 and not problem.boxed
                            for j in range(1, m)]
    faces = oracle.Faces(data, l1.ravel(), l2.ravel(), lower.ravel(), upper.ravel(), fixed.ravel())
    value = faces.minimum()
    slopes = None
    if m - 1 == used.sum() == p and (smooth_only or problem.classes == 2 or problem.l2 > 0):
        V = faces.v.reshape(R, m)[:, 1:]
        if smooth_only:
            G = U.T.dot(U)
            V = numpy.stack([oracle.solve_positive(field, G, U.T.dot(basis.dot(row))) for row in V])
        slopes = V / size
    return Optimum(value, slopes, abs(faces.decrement), faces.furthest)
