"""Small data sets with R's figures of their rows, in the folder of that name."""

import pathlib

import numpy as np

FIGURES = ("leverage", "pearson_residual", "deviance_residual", "cooks_distance")


def read_reference(name):
    """The columns of references/name.csv by their names."""
    path = pathlib.Path(__file__).parent / "references" / f"{name}.csv"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    table = np.array([[float(cell) for cell in line.split(",")] for line in lines[1:]])
    return dict(zip(lines[0].split(","), table.T))


def columns(table, names):
    return np.column_stack([table[name] for name in names.split()])
