"""The optimum of a problem, found apart from the program: a damped Newton method over faces.

All of it works on NumPy arrays of either kind of number: gmpy2's mpfr of 256 bits (certify_optimum.py), or
NumPy's long double of 64 bits (random compositions). Columns are centred and scaled in that
arithmetic, and without a penalty made orthogonal, so that conditioning costs nothing.
"""

import numpy


class LongDouble:
    """Arithmetic of 64 bits."""

    tiny = 1e-17  # of a pivot: below, a column adds nothing to those before it
    goal = 1e-18  # of half the squared decrement over F
    short = True

    def __init__(self):
        self.exp, self.log1p = numpy.exp, numpy.log1p

    def array(self, values):
        return numpy.asarray(values).astype(numpy.longdouble)

    def zeros(self, *shape):
        return numpy.zeros(shape, numpy.longdouble)


class Multiple:
    """Arithmetic of 256 bits."""

    tiny = 1e-60
    goal = 1e-40
    short = False

    def __init__(self):
        import gmpy2

        gmpy2.get_context().precision = 256
        self.exp = numpy.frompyfunc(gmpy2.exp, 1, 1)
        self.log1p = numpy.frompyfunc(gmpy2.log1p, 1, 1)
        self._number = lambda value: gmpy2.mpfr(int(value) if isinstance(
            value, (int, numpy.integer)) else float(value)) if not hasattr(value, "precision") else value

    def array(self, values):
        values = numpy.asarray(values)
        flat = numpy.array([self._number(value) for value in values.ravel()] + [None], dtype=object)
        return flat[:-1].reshape(values.shape)

    def zeros(self, *shape):
        return self.array(numpy.zeros(shape))


def expand(X, degree, interactions_only):
    """Products of up to `degree` columns, in the order of scikit-learn's PolynomialFeatures."""
    import itertools

    choose = itertools.combinations if interactions_only else itertools.combinations_with_replacement
    columns = []
    for size in range(1, degree + 1):
        for chosen in choose(range(X.shape[1]), size):
            column = X[:, chosen[0]]
            for j in chosen[1:]:
                column = column * X[:, j]
            columns.append(column)
    return numpy.stack(columns, axis=1)


def row_weights(problem):
    """As the program has them, but for --trials: in long double, not normalised."""
    n = len(problem.y)
    s = numpy.ones(n, numpy.longdouble) if problem.weights is None else numpy.asarray(
        problem.weights).astype(numpy.longdouble)
    if problem.balanced:
        of_class = numpy.array([s[problem.y == k].sum() for k in range(problem.classes)])
        s = s * (s.sum() / (problem.classes * of_class))[problem.y]
    return s


class Smooth:
    """The data term of one problem of logistic or softmax regression, in centred, scaled columns.

    Variables are an array of R rows, the intercept first. Of two classes R is 1; of more, the
    number of classes, with class 0 as the reference if `reference` (its row stays 0)."""

    def __init__(self, field, U, counts, offset):
        self.field = field
        n = U.shape[0]
        self.D = numpy.concatenate([field.array(numpy.ones((n, 1))), U], axis=1)
        self.counts = counts  # n x classes, of sum 1
        self.total = counts.sum(axis=1)
        self.offset = offset
        self.binary = counts.shape[1] == 2
        self.R = 1 if self.binary else counts.shape[1]

    def margins(self, V):
        Z = self.D.dot(V.T)
        return Z if self.offset is None else Z + self.offset[:, None]

    def softplus(self, z):
        e = self.field.exp(-abs(z))
        return numpy.where(z > 0, z, 0 * z) + self.field.log1p(e)

    def value(self, V):
        Z = self.margins(V)
        if self.binary:
            z = Z[:, 0]
            return (self.counts[:, 1] * self.softplus(-z) + self.counts[:, 0] * self.softplus(z)).sum()
        total = self.field.zeros(1)[0]
        for k in range(self.R):
            rows = numpy.flatnonzero(self.counts[:, k] != 0)
            others = numpy.delete(Z[rows] - Z[rows, k][:, None], k, axis=1)
            top = others.max(axis=1)
            top = numpy.where(top > 0, top, 0 * top)
            rest = self.field.exp(others - top[:, None]).sum(axis=1)
            own = self.field.exp(-top)  # of the row's class itself
            # log(own + rest) + top; own is 1 exactly where top is 0
            total = total + (self.counts[rows, k] * (top + self.field.log1p(own - 1 + rest))).sum()
        return total

    def shares(self, V):
        Z = self.margins(V)
        if self.binary:
            Z = numpy.concatenate([0 * Z, Z], axis=1)
        e = self.field.exp(Z - Z.max(axis=1)[:, None])
        return e / e.sum(axis=1)[:, None]

    def gradient(self, V):
        R = self.shares(V) * self.total[:, None] - self.counts
        return (R[:, 1:] if self.binary else R).T.dot(self.D)

    def hessian(self, V):
        P = self.shares(V)
        m = self.D.shape[1]
        H = self.field.zeros(self.R * m, self.R * m)
        for r in range(self.R):
            for q in range(r, self.R):
                if self.binary:
                    s = self.total * P[:, 0] * P[:, 1]
                else:
                    s = self.total * (P[:, r] * (1 - P[:, r]) if r == q else -P[:, r] * P[:, q])
                block = (self.D * s[:, None]).T.dot(self.D)
                H[r * m:(r + 1) * m, q * m:(q + 1) * m] = block
                H[q * m:(q + 1) * m, r * m:(r + 1) * m] = block.T
        return H


def solve_positive(field, H, g):
    """H d = g by Cholesky; where a pivot vanishes, d is 0."""
    n = len(g)
    A, L, left = H.copy(), field.zeros(n, n), []
    for k in range(n):
        if not A[k, k] > field.tiny * abs(H[k, k]) or H[k, k] == 0:
            continue
        root = A[k, k] ** 0.5 if A.dtype == object else numpy.sqrt(A[k, k])
        left.append(k)
        L[k:, k] = A[k:, k] / root
        if k + 1 < n:
            A[k + 1:, k + 1:] = A[k + 1:, k + 1:] - numpy.outer(L[k + 1:, k], L[k + 1:, k])
    d, y = field.zeros(n), field.zeros(n)
    for i, k in enumerate(left):
        y[k] = (g[k] - (L[k, left[:i]] * y[left[:i]]).sum()) / L[k, k]
    for i in range(len(left) - 1, -1, -1):
        k, after = left[i], left[i + 1:]
        d[k] = (y[k] - (L[after, k] * d[after]).sum()) / L[k, k]
    return d


class Faces:
    """Minimises smooth + Σ l1 |v| + ½ Σ l2 v² within bounds. A face: the variables that are free,
    each on one side of 0 if it has a kink there. Newton's method on a face ends at its optimum or
    where a variable meets 0 or a bound, which it then stays at; at an optimum the variable that most
    wants to move is let go. The end satisfies the conditions of the optimum."""

    def __init__(self, smooth, l1, l2, lower, upper, fixed):
        self.smooth, self.field = smooth, smooth.field
        self.l1, self.l2, self.lower, self.upper, self.fixed = l1, l2, lower, upper, fixed
        zero = self.field.zeros(len(l1))
        self.v = numpy.where(lower > 0, lower, numpy.where(upper < 0, upper, zero))
        self.side = numpy.sign(self.v.astype(float))
        self.free = ~fixed & (self.v > lower) & (self.v < upper) & ((l1 == 0) | (self.v != 0))
        self.decrement, self.furthest = None, None

    def shaped(self, v):
        return v.reshape(self.smooth.R, -1)

    def value(self, v):
        return self.smooth.value(self.shaped(v)) + (self.l1 * abs(v)).sum() + (
            self.l2 * v * v).sum() / 2

    def slopes(self):
        """Of the smooth part and of the L2 penalty."""
        return self.smooth.gradient(self.shaped(self.v)).ravel() + self.l2 * self.v

    def minimum(self):
        for _ in range(60 + 8 * len(self.v)):
            self.descend()
            if not self.release():
                return self.value(self.v)
        raise RuntimeError("the faces do not come to an end")

    def descend(self):
        damping, value = 0.0, self.value(self.v)
        for _ in range(600):
            free = numpy.flatnonzero(self.free)
            if len(free) == 0:
                self.decrement = self.furthest = 0.0
                return
            g = (self.slopes() + self.l1 * self.side)[free]
            H = self.smooth.hessian(self.shaped(self.v))[numpy.ix_(free, free)]
            H = H + numpy.diag(self.l2[free])
            while True:
                damped = H + numpy.diag(self.field.zeros(len(free)) + damping) if damping else H
                step = -solve_positive(self.field, damped, g)
                slope = (g * step).sum()
                if damping == 0.0:
                    self.decrement = float(-slope / 2 / value)
                    self.furthest = self.reach(free, step)
                    if self.decrement <= self.field.goal and self.furthest < 1e-6:
                        return
                t, met = self.room(free, step)
                trial = self.v.copy()
                trial[free] = trial[free] + t * step
                if met is not None:
                    trial[met[0]] = met[1]
                reached = self.value(trial)
                if reached <= value + t * slope / 4 * (1 if damping else 2 - t):
                    break
                if reached <= value and self.decrement < 1e-14 and damping == 0.0:
                    break  # the decrease is of the size of F's rounding
                damping = max(1e-6, damping * 8)
                if damping > 1e12:
                    return  # rounding
            self.v, value = trial, reached
            damping = 0.0 if damping < 1e-4 else damping / 30
            if met is not None:
                self.free[met[0]] = False
        raise RuntimeError("Newton's method does not come to an end")

    def reach(self, free, step):
        """By how much the step moves the margin that it moves furthest."""
        whole = self.field.zeros(len(self.v))
        whole[free] = step
        return float(abs(self.smooth.D.dot(self.shaped(whole).T)).max())

    def room(self, free, step):
        """How far a step may go, at most 1, and the variable that stops there with its value."""
        t, met = 1, None
        for place, j in enumerate(free):
            ends = [self.lower[j]] if step[place] < 0 else [self.upper[j]]
            if self.l1[j] > 0 and self.side[j] * step[place] < 0:
                ends.append(0 * self.v[j])
            for end in ends:
                if abs(float(end)) == numpy.inf:
                    continue
                share = (end - self.v[j]) / step[place]
                if 0 <= share < t:
                    t, met = share, (j, end)
        return t, met

    def release(self):
        """Lets the variable go that gains most by it; whether there was one."""
        g, best, chosen = self.slopes(), 1e-12 if self.field.goal > 1e-30 else 1e-24, None
        for j in numpy.flatnonzero(~self.free & ~self.fixed):
            for side in (1, -1):
                if (side > 0 and not self.v[j] < self.upper[j]) or (
                        side < 0 and not self.v[j] > self.lower[j]):
                    continue
                kink = side if self.v[j] == 0 else numpy.sign(float(self.v[j]))
                gain = float(-side * (g[j] + self.l1[j] * kink))
                if gain > best:
                    best, chosen = gain, (j, kink)
        if chosen is None:
            return False
        self.free[chosen[0]] = True
        self.side[chosen[0]] = chosen[1] if self.l1[chosen[0]] > 0 else 0
        return True


def orthogonal(field, U):
    """An orthogonal basis of the columns beside the constant one, of roots of mean square 1."""
    n = U.shape[0]
    basis = [field.array(numpy.ones(n))]
    for j in range(U.shape[1]):
        column = U[:, j]
        size = (column * column).sum()
        for _ in range(2):
            for other in basis:
                column = column - other * ((other * column).sum() / n)
        left = (column * column).sum()
        if left > field.tiny * size:
            root = (left / n) ** 0.5 if left.__class__.__name__ == "mpfr" else numpy.sqrt(left / n)
            basis.append(column / root)
    return numpy.stack(basis[1:], axis=1) if len(basis) > 1 else field.zeros(n, 0)
