"""Checks with h5py what file_test.cpp (serial.h5) and parallel_file_test.cpp (parallel-RANKS.h5) wrote."""

import glob
import os

import h5py
import numpy as np

with h5py.File("serial.h5") as file:
    assert file["doubles"][...].tolist() == [[1.5, -2.0, 0.1], [1e300, 5e-324, 7.0]]
    assert file["doubles"].dtype == np.float64
    assert file["scalar"][()] == 2.5
    assert file["group/integers"][...].tolist() == [-(2**63), 2**63 - 1]
    assert file["booleans"].dtype == bool and file["booleans"][...].tolist() == [True, False, True]
    assert file["strings"].asstr()[...].tolist() == ["a", "", "größer"]
    assert file.attrs["text"] == "naïve" and isinstance(file.attrs["text"], str)
    assert file.attrs["double"] == 0.1 and file["doubles"].attrs["integer"] == -3

written = glob.glob("parallel-*.h5")
assert written
for path in written:
    ranks = int(path.split("-")[1].split(".")[0])
    rows = np.arange(10 * ranks)
    with h5py.File(path) as file:
        assert file["probability"].dtype == np.float64 and (file["probability"][...] == rows / 4).all()
        assert (file["table"][...] == 10 * rows[:, None] + np.arange(3)).all()
        assert (file["number"][...] == rows * 2**40).all()
        assert file["truth"].dtype == bool and (file["truth"][...] == (rows % 2 == 1)).all()
        assert file["label"].asstr()[...].tolist() == [f"row {row}" for row in rows]
        assert file["classes"].asstr()[...].tolist() == ["no", "yes, größer"]
        assert file["same"][...].tolist() == [1.0, 2.0]
        assert file.attrs["text"] == "by the root"
    os.remove(path)
