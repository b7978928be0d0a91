"""All problems, by kind. The seeds are fixed; nothing here follows what the program can do."""

import kinds_columns
import kinds_models
import kinds_rows

KINDS = [kinds_columns.shift, kinds_columns.scale, kinds_columns.collinear, kinds_columns.alias,
         kinds_columns.products, kinds_columns.standardised, kinds_rows.saturated,
         kinds_rows.offsets, kinds_rows.weights, kinds_rows.contradict, kinds_rows.few,
         kinds_rows.ranks, kinds_rows.trials, kinds_rows.csr, kinds_models.wide,
         kinds_models.bounds, kinds_models.l1, kinds_models.rare, kinds_models.softmax,
         kinds_models.one_vs_rest, kinds_models.near, kinds_models.separated]
FIRST_SEED = 20261130


def all_problems():
    for number, kind in enumerate(KINDS):
        for problem in kind(FIRST_SEED + number):
            problem.name = f"{problem.kind}.{problem.name}"
            yield problem
