"""Tables of verdicts per kind and solver, and what the suite demands."""

import collections

import running
import verdict

RARE = ("misstated", "understated", "vague", "crash", "hang")
OTHER_BITS = " [other bits]"


def finite(run):
    """Whether an optimum is to be found."""
    return run.problem.promise not in ("separated", "may_stop")


def different_bits(results):
    """Names of those that end otherwise on other numbers of ranks."""
    ends = collections.defaultdict(set)
    for run, word, _ in results:
        if word not in ("crash", "hang"):
            digest = run.record["coefficients_sha256"] if run.record else None
            ends[f"{run.problem.name}@{run.solver}"].add((run.code, digest))
    return sorted(name for name, found in ends.items() if len(found) > 1)


def solved(results, solvers):
    """By kind and in all: right runs and runs, of those with a finite optimum."""
    counts = collections.defaultdict(lambda: [0, 0])
    for run, word, _ in results:
        if finite(run) and solvers(run):
            for key in (run.problem.kind, "all"):
                counts[key][0] += word == "right"
                counts[key][1] += 1
    return counts


GOALS = (("the default solver", lambda run: run.solver == running.default_solver(run.problem), 0.97, 0.8),
         ("lbfgs", lambda run: run.solver == "lbfgs", 0.9, 0.0),
         ("owlqn", lambda run: run.solver == "owlqn", 0.9, 0.0))


def failures(results, of_kinds=True):
    """Sentences, one for each demand that is not met; `of_kinds`: those on shares of kinds too."""
    told = []
    counts = collections.Counter(word for _, word, _ in results)
    for word in verdict.BAD:
        if counts[word]:
            told.append(f"{counts[word]} runs: {word}")
    bits = different_bits(results)
    if bits:
        told.append(f"{len(bits)} with other bits on other ranks: {', '.join(bits[:8])}")
    for name, solvers, in_all, of_kind in GOALS if of_kinds else ():
        for key, (right, runs) in sorted(solved(results, solvers).items()):
            least = in_all if key == "all" else of_kind
            if right < least * runs:
                told.append(f"{name}, {key}: {right} of {runs} right, less than {least:.0%}")
    return told


def tables(results):
    counts = collections.defaultdict(collections.Counter)
    for run, word, _ in results:
        for kind in (run.problem.kind, "all"):
            counts[kind, run.solver][word] += 1
    kinds = list(dict.fromkeys(run.problem.kind for run, _, _ in results)) + ["all"]
    solvers = [solver for solver in running.SMOOTH_SOLVERS + running.BOX_SOLVERS + running.SLOW_SOLVERS
               if ("all", solver) in counts]
    lines = ["right/wrong/honest/refused, then what else",
             f"{'kind':14}" + "".join(f"{solver:>24}" for solver in solvers)]
    for kind in kinds:
        line = f"{kind:14}"
        for solver in solvers:
            c = counts[kind, solver]
            cell = f"{c['right']}/{c['wrong']}/{c['honest']}/{c['refused']}" if c else "-"
            cell += "".join(f" {word} {c[word]}" for word in RARE if c[word])
            line += f"{cell:>24}"
        lines.append(line)
    return "\n".join(lines)


def listing(results):
    """Of all that is not right, the runs on one rank, and on more where they end otherwise."""
    lines, seen = [], {}
    bits = set(different_bits(results))
    for run, word, remark in results:
        name = f"{run.problem.name}@{run.solver}"
        expected = word == "right" or (word == "honest" and run.problem.promise == "may_stop")
        if run.ranks == 1:
            seen[name] = word
        if (expected and name not in bits) or (run.ranks > 1 and seen.get(name) == word and
                                               name not in bits):
            continue
        lines.append(f"{word:8} {run.name:44} {remark}" + (OTHER_BITS if name in bits else ""))
    order = {word: place for place, word in enumerate(("hang", "crash", "wrong"))}
    return "\n".join(sorted(lines, key=lambda line: (order.get(line.split()[0], 9)))) + "\n"
