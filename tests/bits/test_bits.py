"""The bits of all that the program computes, against those that were kept. Where one is to change, run
tests/bits/record and list the change in CHANGELOG.md."""

import os

import pytest

import bits
import inputs
from commands import commands

PROGRAM = os.environ["MPILOGIT_PROGRAM"]
MPIEXEC = os.environ["MPILOGIT_MPIEXEC"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("bits")
    inputs.make(path)
    return path


@pytest.fixture(scope="module")
def shares(folder):
    return dict(bits.shares(bits.instruction_sets(PROGRAM, folder)))


@pytest.mark.parametrize("instruction_set", bits.INSTRUCTION_SETS)
def test_bits(folder, shares, instruction_set):
    if instruction_set not in shares:
        pytest.skip("not an instruction set of this CPU")
    table = bits.table_of(instruction_set)
    found = bits.run_all(PROGRAM, MPIEXEC, instruction_set, folder, shares[instruction_set])
    different = bits.differences(bits.read_table(table), found)
    if different:
        pytest.fail("\n".join([f"other bits than {table.name} has, with {instruction_set}:", *different]), pytrace=False)


@pytest.mark.parametrize("table", bits.TABLES.values(), ids=bits.TABLES)
def test_the_table_has_the_commands(table):
    kept = [line["command"] for line in bits.read_table(table)]
    assert kept == list(commands())
    assert len(set(kept)) == len(kept) >= 80
