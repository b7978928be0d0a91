"""Random compositions of what makes problems hard, optima in long double: a second generator.

Nothing but Problem and the solver is shared with the fixed kinds; a problem whose optimum is not
certain in 64 bits is drawn again.
"""

import warnings

import numpy

import certify_optimum
import oracle
from problem import Draws, Problem, labels_of, with_overlap

CERTAIN = 1e-15  # half the squared decrement over F*
STEADY = 1e-6  # the last step's change of a margin


class Dice(Draws):
    def chance(self, share):
        return bool(self.uniform(1)[0] < share)

    def power(self, low, high):
        """A number whose logarithm is uniform."""
        exponent = low + (high - low) * self.uniform(1)[0]
        return float(f"{numpy.power(10.0, exponent):.3g}")


def columns(dice, rows, count):
    """What the labels depend on, and what is stored of it."""
    Z = dice.normal(rows, count)
    X = Z.copy()
    if count > 1 and dice.chance(0.25):
        X[:, 1] = X[:, 0] + dice.power(-6, -1) * Z[:, 1]
    if dice.chance(0.15):
        X = numpy.where(dice.uniform(rows, count) < 0.4, 0.0, X)
    if dice.chance(0.1):
        X = numpy.floor(3.0 * X)
    for j in range(count):
        if dice.chance(0.3):
            X[:, j] = X[:, j] + dice.pick((-1.0, 1.0)) * dice.power(0, 10)
        if dice.chance(0.25):
            X[:, j] = X[:, j] * dice.power(-30, 30)
    return Z, X


def model_of(dice, count, options):
    """Penalties and bounds; whether they keep the coefficients finite."""
    sizes = {}
    if dice.chance(0.35):
        sizes["l2"] = dice.power(-8, 1)
    if dice.chance(0.25):
        sizes["l1"] = dice.power(-6, -0.5)
    if sizes and dice.chance(0.4):
        sizes["standardize"] = True
    if sizes and dice.chance(0.1):
        sizes["factors"] = numpy.floor(3.0 * dice.uniform(count)) / 2.0
    if dice.chance(0.15):
        sizes["lower"] = dice.pick((0.0, -0.1, -1.0))
        sizes["upper"] = dice.pick((0.1, 1.0, 5.0))
    options.update(sizes)


def draw(dice, number):
    rows, count = int(dice.whole(4, 90, 1)[0]), int(dice.whole(1, 6, 1)[0])
    classes = dice.pick((2, 2, 2, 2, 3, 4))
    options = {}
    Z, X = columns(dice, rows, count)
    slope = dice.pick((0.3, 1.0, 1.0, 3.0))
    if classes == 2:
        y = labels_of(dice, slope * Z[:, 0] + 0.3 * Z[:, -1] - dice.pick((0.0, 0.0, 2.0)))
    else:
        if rows < classes:
            return None
        y = labels_of(dice, slope * numpy.stack([Z[:, k % count] * (k + 1.0) / classes
                                                 for k in range(classes)], axis=1))
        options["one_vs_rest"] = dice.chance(0.3)
    model_of(dice, count, options)
    X, y = with_overlap(X, y)
    rows = len(y)
    if dice.chance(0.2):
        options["weights"] = numpy.array([dice.power(-dice.pick((1, 3, 9)), 0) for _ in y])
        options["weights"] *= dice.pick((1.0, 1.0, 1e-250, 1e250))
    if classes == 2 and dice.chance(0.2):
        options["offsets"] = dice.pick((1.0, 5.0, 30.0)) * dice.normal(rows) + dice.pick(
            (0.0, 0.0, 40.0, -150.0))
    if classes == 2 and dice.chance(0.12):
        options["trials"] = dice.whole(1, 40, rows)
        y = numpy.floor(options["trials"] * dice.uniform(rows) * 1.02).astype(numpy.int64)
        y = numpy.minimum(y, options["trials"])
        y[0], options["trials"][0] = 1, 2
    if dice.chance(0.1):
        X = X.astype(numpy.float32)
        if not numpy.isfinite(X).all():
            return None
    if not {"l1", "l2", "lower"} & set(options) and dice.chance(0.2):
        options["degree"] = dice.pick((2, 2, 3))
        X = X[:, :2]
    if dice.chance(0.12):
        size = dice.power(0, 4)
        width = 1 if classes == 2 else classes
        if options.get("degree", 1) == 1 and not options.get("one_vs_rest"):
            options["start"] = (size * dice.normal(width, X.shape[1]), size * dice.normal(width))
    kind = f"{classes} classes" if classes == 2 or not options.get("one_vs_rest") else "one-vs-rest"
    return Problem(kind, f"composition-{number}", X, y, sparse=dice.chance(0.3), **options)


def problems(count, seed):
    """`count` problems, and what is known of each by its name."""
    field, made, known, number = oracle.LongDouble(), [], {}, 0
    while len(made) < count:
        number += 1
        problem = draw(Dice([seed, number]), number)
        if problem is None:
            continue
        try:
            with warnings.catch_warnings(), numpy.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                found = certify_optimum.optimum(problem, field)
        except RuntimeError:
            continue
        if not (found.decrement < CERTAIN and found.reach < STEADY and found.value > 1e-9):
            continue
        made.append(problem)
        known[problem.name] = {"value": found.value}
    return made, known
