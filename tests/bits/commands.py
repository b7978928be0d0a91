"""The commands whose bits are kept, in the order in which they are run: models that one writes are read by later
ones. A line of the table bears the command as its name."""

from inputs import TYPES

SMOOTH = ("newton", "lbfgs", "gradient-descent", "sgd")
WITH_KINKS = ("proximal-newton", "owlqn")
FORMS = ("", ".csr")

# First-order solvers take long ways: the first part of them says as much.
CUT = {"gradient-descent": " --max-iterations 20", "sgd": " --max-iterations 3 --batch-size 64 --seed 3",
       "lbfgs": " --max-iterations 40", "owlqn": " --max-iterations 40"}


def fit(options, command="train"):
    return f"{command} {options}"


def solver(name):
    return f"--solver {name}" + CUT.get(name, "")


def kink(name):
    return " --l1 0.003" if name in WITH_KINKS else ""


def solvers_and_types():
    """Every solver over every form of file; every type with two solvers, each dense and sparse."""
    every = SMOOTH + WITH_KINKS
    for name in every:
        for form in FORMS:
            yield fit(f"mixed{form}.h5 --l2 0.01{kink(name)} {solver(name)}")
    for place, kind in enumerate((*TYPES, "bool")):
        for name in (every[place % 6], every[(place + 3) % 6]):
            for form in FORMS:
                yield fit(f"{kind}{form}.h5 --l2 0.01{kink(name)} --standardize {solver(name)}")


def penalties():
    for options in (
            "", "--solver lbfgs", "--tolerance 1e-4", "--tolerance 0 --max-iterations 12",
            "--l1 0.01", "--l1 0.01 --solver owlqn", "--l1 0.01 --l2 0.02 --standardize",
            "--C 2", "--C 2 --l1-ratio 0.5", "--lambda 0.02 --alpha 0.3", "--lambda 0.02",
            "--l2 0.05 --penalty-factors", "--l1 0.01 --penalty-factors", "--l1 0.01 --penalty-factors --standardize",
            "--lower 0 --upper 0.3", "--lower least --upper most --solver owlqn", "--l2 0.01 --lower least",
            "--l1 0.01 --upper most --standardize", "--l2 0.1 --prior prior.h5", "--l1 0.02 --prior prior.h5",
            "--start prior.h5", "--l2 0.1 --start prior.h5 --solver lbfgs", "--l1 0.01 --start prior.h5"):
        yield fit(f"mixed.h5 {options}".rstrip())
    for options in ("", "--l1 0.02", "--l2 0.01 --solver lbfgs", "--inference"):
        yield fit(f"aliased.h5 {options}".rstrip())
    yield fit("separated.h5")
    yield fit("separated.h5 --l2 0.001")


def far_from_zero():
    for options in ("", "--solver lbfgs --max-iterations 40", "--l2 0.01 --standardize", "--l1 0.01 --standardize",
                    "--inference", "--degree 2 --l2 0.01 --standardize"):
        yield fit(f"far.h5 {options}".rstrip())


def classes_and_weights():
    for labels in ("three", "words"):
        yield fit(f"mixed.h5 --labels {labels}")
    for name in SMOOTH:
        yield fit(f"mixed.h5 --labels three --l2 0.01 {solver(name)}")
    for options in ("--l2 0.01 --standardize", "--l1 0.01", "--l1 0.01 --standardize --solver owlqn --max-iterations 40",
                    "--one-vs-rest", "--one-vs-rest --l2 0.01 --solver lbfgs", "--one-vs-rest --l1 0.01",
                    "--l2 0.01 --lower -0.5 --upper 0.5", "--l2 0.01 --weights --class-weight balanced",
                    "--l2 0.1 --prior three.h5", "--start three.h5 --solver lbfgs"):
        yield fit(f"mixed.csr.h5 --labels three {options}")
    for options in ("--weights", "--weights --l1 0.01", "--weights --class-weight balanced", "--class-weight 1=3,0=0.5 --l2 0.01",
                    "--offsets", "--offsets --l1 0.01 --weights", "--labels counts --trials",
                    "--labels counts --trials --l1 0.01 --offsets --weights", "--weights --standardize --l2 0.01",
                    "--weights --l2 0.01 --solver sgd --max-iterations 3 --batch-size 64"):
        yield fit(f"mixed.h5 {options}")


def products():
    for form in FORMS:
        for options in ("--degree 2 --l2 0.01", "--degree 3 --l1 0.01 --standardize", "--interactions",
                        "--interactions --degree 3 --l2 0.01 --solver lbfgs --max-iterations 20"):
            yield fit(f"float32{form}.h5 {options}")
    yield fit("int16.h5 --degree 2 --l2 0.01 --standardize")
    yield fit("mixed.h5 --interactions --labels three --l2 0.01")


def larger():
    """Blocks of many rows, samples, conjugate gradients, more features than rows."""
    for options in ("", "--l1 0.001", "--labels three --l2 0.001", "--l2 0.001 --solver sgd --max-iterations 1",
                    "--l2 0.001 --solver lbfgs --max-iterations 10"):
        yield fit(f"long.h5 {options}".rstrip())
    for form in FORMS:
        yield fit(f"broad{form}.h5 --C 1")
        yield fit(f"broad{form}.h5 --l1 0.002 --max-iterations 20")
        yield fit(f"wide{form}.h5 --l2 0.001")
        yield fit(f"wide{form}.h5 --l1 0.01 --l2 0.001")
    yield fit("wide.csr.h5 --labels three --l2 0.01")
    yield fit("wide.csr.h5 --l1 0.01 --solver owlqn --max-iterations 60")


def sequences():
    for options in ("--lambdas 6", "--lambdas 5 --alpha 0.5 --standardize --weights", "--lambdas 4 --alpha 0",
                    "--lambdas 4 --labels three", "--lambdas 5 --solver owlqn", "--lambdas 4 --lower 0"):
        yield fit(f"mixed.h5 {options}", "path")
    yield fit("wide.csr.h5 --lambdas 8 --lambda-ratio 0.1", "path")
    for options in ("--lambdas 4 --folds 3", "--lambdas 3 --folds 4 --alpha 0,0.5 --seed 2 --weights --choose 1se",
                    "--lambdas 3 --folds 3 --groups --labels three"):
        yield fit(f"mixed.h5 {options}", "cross-validate")


def statistics():
    for options in ("--inference --covariance", "--inference --robust --weights", "--inference=estimate --l2 0.01 --force --probes 6",
                    "--inference --clusters", "--inference --weights --weight-kind sampling",
                    "--labels three --inference --robust=hc0 --covariance", "--labels counts --trials --inference --offsets",
                    "--inference --test \"'feature 0' = 'feature 2'\" --profile \"'feature 1'\"",
                    "--l2 0.01 --diagnostics rows.h5"):
        yield fit(f"mixed.h5 {options}")
    for options in ("", "--inference", "--weights --offsets --solver lbfgs", "--profile a --inference"):
        yield fit(f"few.h5 --firth {options}".rstrip())


def streams_and_ranks():
    """Rows that are read again in every pass; runs that go on from the state of the one before; several ranks."""
    for options in ("long.h5 --memory 2000K --l2 0.001", "broad.h5 --memory 2500K --C 1", "broad.csr.h5 --memory 3M --C 1",
                    "mixed.h5 --l2 0.01 --checkpoint a.h5 --solver lbfgs --max-iterations 3",
                    "mixed.h5 --l2 0.01 --checkpoint a.h5 --solver lbfgs --max-iterations 40",
                    "mixed.h5 --l1 0.01 --checkpoint b.h5 --max-iterations 2",
                    "mixed.h5 --l1 0.01 --checkpoint b.h5",
                    "mixed.h5 --labels three --checkpoint c.h5 --max-iterations 4",
                    "mixed.h5 --labels three --checkpoint c.h5"):
        yield fit(options)
    for options in ("mixed.csr.h5 --l1 0.01 --l2 0.02 --standardize", "long.h5 --threads 2", "few.h5 --firth --inference"):
        yield "-n 3 " + fit(options)


def predictions():
    yield "predict prior.h5 mixed.h5 --output p.h5"
    yield "predict three.h5 mixed.csr.h5 --output p.h5"
    yield "predict prior.h5 mixed.h5 --offsets --output p.h5"
    yield "evaluate prior.h5 mixed.h5 --weights"
    yield "evaluate three.h5 mixed.h5 --labels three"


MODELS = 2  # so many commands come first, whose models others read


def commands():
    yield fit("mixed.h5 --l2 0.3 --model prior.h5")
    yield fit("mixed.h5 --labels three --l2 0.3 --model three.h5")
    for part in (solvers_and_types, penalties, far_from_zero, classes_and_weights, products, larger, sequences, statistics,
                 streams_and_ranks, predictions):
        yield from part()
