"""What is to be said of a run."""

import math

import numpy

import judge

TOLERANCE = 1e-9  # the program's default
FACTORS = {"newton": 1.0, "proximal-newton": 1.0}  # of the tolerance; else 10
# Words: right (exit 0, within the tolerance), wrong (exit 0, farther), honest (exit 3 with a finite
# gap), understated (the gap said is below a tenth of the distance), vague (exit 3 without a gap),
# misstated (right, but the record has another objective), refused (exit 2), crash, hang.
BAD = ("wrong", "misstated", "crash", "hang")
UNBOUNDED = ("newton", "lbfgs")  # the search for separated rows is for fits without bounds


def told_separated(run):
    return run.record.get("separation", {}).get("kind", "none") not in ("none", None) or (
        "separate" in run.record["stop_reason"])


def distance(run, known):
    """Relative, of F at the written coefficients from the optimum."""
    reached = judge.objective(run.problem, run.model)
    upper = numpy.longdouble(known.get("upper", known["value"]))
    return float((reached - upper) / upper)


def of_code(run):
    if run.code == 2:
        return "refused"
    if run.code in ("hang", 86):
        return "hang"
    return None if run.code in (0, 3) and run.record else "crash"


def verdict(run, known):
    """The word and a remark. `known`: of the problem, from optima.json."""
    word = of_code(run)
    if word == "refused":
        return word, run.printed.strip()[:240].replace("\n", " ")
    if word is not None:
        return word, f"code {run.code}: {run.printed.strip()[-160:]}".replace("\n", " ")
    if run.problem.promise == "separated":
        fine = run.code == 3 or told_separated(run)
        return ("right" if fine else "wrong"), run.record["stop_reason"]
    away = distance(run, known)
    gap = run.record["estimated_gap"]
    remark = f"F is {away:.1e} above the optimum, gap {gap if gap is None else format(gap, '.1e')}"
    remark += f", {run.record['stop_reason']}"
    if not judge.inside_bounds(run.problem, run.model):
        return "wrong", "outside of the bounds"
    if run.code == 3:
        if gap is None or not math.isfinite(gap):
            return "vague", remark
        return ("understated" if away > max(TOLERANCE, 10.0 * gap) else "honest"), remark
    if not away <= TOLERANCE * FACTORS.get(run.solver, 10.0):
        return "wrong", remark
    if run.problem.promise == "quasi" and run.solver in UNBOUNDED and not told_separated(run):
        return "wrong", "separated rows were not told of"
    off = abs(run.record["objective"] / float(judge.objective(run.problem, run.model)) - 1.0)
    if off > TOLERANCE:
        return "misstated", f"the record's objective is off by {off:.1e}"
    return "right", remark
