"""Checkpoints: damaged, of another run, of another version, or none at all. They stay as they are."""

import hashlib
import struct

import h5py
import numpy as np

from corpus import rows

FIRST_LINE = b"mpilogit checkpoint 2\n"
HEADER = len(FIRST_LINE) + 65
RUN = ["--l2", "0.1", "--solver", "lbfgs"]


def sealed(body):
    """A checkpoint of this body: its digest is right."""
    return FIRST_LINE + hashlib.sha256(body).hexdigest().encode() + b"\n" + bytes(body)


class Checkpoints:
    def __init__(self, corpus):
        self.corpus = corpus

    def refused(self, name, says, contents, *options, data="@dense.h5"):
        file = f"checkpoint_{name}"
        self.corpus.path(file).write_bytes(contents)
        self.corpus.add(file, ["train", data, "--model", "model.h5", *(options or RUN), "--checkpoint", "=" + file],
                        says, file)


def checkpoint_cases(corpus):
    good = corpus.good("good.checkpoint", "train", "@dense.h5", "--model", "@unused.h5", *RUN, "--max-iterations", "2",
                       "--checkpoint", "@good.checkpoint", "--checkpoint-every", "1", "--quiet").read_bytes()
    assert good.startswith(FIRST_LINE) and sealed(good[HEADER:]) == good
    body = good[HEADER:]
    checkpoints = Checkpoints(corpus)
    damaged = ["there is no whole checkpoint", "is damaged", "--restart"]
    for name, length in {"magic": len(FIRST_LINE), "half_digest": 50, "header": HEADER, "half": len(good) // 2,
                         "all_but_one_byte": len(good) - 1}.items():
        checkpoints.refused("cut_after_" + name, damaged, good[:length])
    checkpoints.refused("longer", damaged, good + b"\0")
    for name, place in {"digest": 30, "first_byte": HEADER, "middle": HEADER + len(body) // 2, "end": -1}.items():
        changed = bytearray(good)
        changed[place] ^= 0x10
        checkpoints.refused("flipped_" + name, damaged, changed)
    for name, number in {"older": b"1", "newer": b"3"}.items():
        checkpoints.refused(f"of_{name}_version", ["another version of mpilogit"],
                            good.replace(b"checkpoint 2", b"checkpoint " + number))
    no_checkpoint = ["there is a file that is no checkpoint"]
    checkpoints.refused("is_text", no_checkpoint, b"my notes\n")
    checkpoints.refused("is_data", no_checkpoint, corpus.path("dense.h5").read_bytes())
    checkpoints.refused("is_model", no_checkpoint, corpus.path("model.h5").read_bytes())
    checkpoints.refused("cut_in_magic", no_checkpoint, good[:10])

    # The digest is right, and what it is of is not.
    for name, cut in {"no_body": 0, "half_count": 4, "identity": 60, "half": len(body) // 2, "last": len(body) - 1}.items():
        checkpoints.refused("sealed_cut_" + name, damaged, sealed(body[:cut]))
    checkpoints.refused("sealed_longer", damaged, sealed(body + bytes(8)))
    for name, count in {"2_60": 2**60, "all_ones": 2**64 - 1, "1000": 1000, "none": 0}.items():
        checkpoints.refused("sealed_identities_" + name,
                            ["checkpoint"], sealed(struct.pack("<Q", count) + body[8:]))

    other = ["the checkpoint is of another run"]
    checkpoints.refused("of_other_option", [*other, "--l2 was 0.1 and is 0.2"], good, "--l2", "0.2", "--solver", "lbfgs")
    checkpoints.refused("of_other_solver", [*other, "--solver was lbfgs"], good, "--l2", "0.1", "--solver", "newton")
    x, y = rows(seed=2)
    for name, says, x, y in [("values", "fingerprint", x, y), ("rows", "number of rows", x[1:], y[1:]),
                             ("features", "number of features", x[:, 1:], y), ("classes", "list of classes", x, y + 1)]:
        with h5py.File(corpus.path(f"other_{name}.h5"), "w") as file:
            file["X"], file["y"] = x, y
        checkpoints.refused("of_other_" + name, [*other, says], good, data=f"@other_{name}.h5")
