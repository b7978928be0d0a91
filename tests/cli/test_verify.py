"""`verify` accepts what was trained, on any number of ranks, and names what differs where something does."""

import hashlib
import json
import shutil

import h5py
import numpy as np
import pytest
import scipy.sparse

from conftest import logistic_sample, mpilogit, write_dense, write_sparse

ROWS = 240
DONE, DIFFERS, NOT_VERIFIED = 0, 2, 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Data with all that may stand beside the features, and models of it."""
    path = tmp_path_factory.mktemp("verify")
    x, y = logistic_sample(rows=ROWS, features=4, seed=3)
    write_dense(path / "d.h5", x, y, **beside(y))
    write_sparse(path / "s.h5", scipy.sparse.csr_matrix(x), y, **beside(y))
    for name, options in [("prior", ["--l2", "0.5"]), ("plain", ["--l2", "0.01", "--weights"])]:
        assert train(path, name, *options).code == DONE
    return path


def beside(y):
    rows = np.arange(len(y))
    return {"three": rows * 7 % 3, "counts": y * (1 + rows % 3), "trials": 1 + rows % 3, "weights": 0.5 + rows % 4,
            "offsets": np.sin(rows), "groups": rows // 5, "penalty_factors": [1.0, 0.0, 2.0, 1.0],
            "feature_names": ["a", "b", "c", "d"]}


def train(path, name, *options, command="train", data="d.h5"):
    return mpilogit(command, path / data, *options, "--model", path / f"{name}.h5", ranks=0)


def verify(path, model, *options, data=None, ranks=0):
    run = mpilogit("verify", path / f"{model}.h5", data or path / "d.h5", "--trust-input", "--json", path / "v.json",
                   *options, ranks=ranks)
    run.told = " ".join(run.record.get("differences", []) + run.record.get("unchecked", []))
    return run


def edited(folder, tmp_path, change, seal=True, model="plain"):
    """The model with another record, under its own SHA-256 as docs/verify.md describes it."""
    path = tmp_path / "edited.h5"
    shutil.copy(folder / f"{model}.h5", path)
    with h5py.File(path, "r+") as file:
        record = json.loads(file["record"][()])
        change(record)
        if seal and "provenance" in record:
            record["provenance"]["record_sha256"] = ""
            text = json.dumps(record)
            digits = hashlib.sha256(text.encode()).hexdigest()
            text = text.replace('"record_sha256": "', '"record_sha256": "' + digits)
        else:
            text = json.dumps(record)
        del file["record"]
        file["record"] = text
    return path


def test_the_record_tells_where_the_model_comes_from(folder):
    with h5py.File(folder / "plain.h5") as file:
        text = file["record"][()].decode()
    kept = json.loads(text)["provenance"]
    assert kept["command"] == "train" and kept["options"] == {"l2": "0.01", "weights": "weights"}
    assert kept["tolerance"] == 1e-9 and kept["version"] == mpilogit("--version", ranks=0).out.split()[1]
    assert set(kept["data_fingerprint"]) == {"features", "labels", "weights"}
    seal = kept["record_sha256"]
    assert hashlib.sha256(text.replace(seal, "").encode()).hexdigest() == seal


@pytest.mark.parametrize("options", [
    [], ["--weights", "--offsets", "--l1", "0.01"], ["--labels", "three", "--l2", "0.01", "--standardize"],
    ["--labels", "three"], ["--labels", "three", "--one-vs-rest", "--l2", "0.1"], ["--labels", "counts", "--trials"],
    ["--firth", "--inference"], ["--degree", "2", "--C", "3", "--l1-ratio", "0.5"], ["--lower", "0", "--upper", "0.5"],
    ["--l2", "0.1", "--prior", "prior.h5", "--penalty-factors"], ["--start", "prior.h5", "--solver", "lbfgs"],
    ["--l2", "0.1", "--class-weight", "balanced", "--tolerance", "1e-4"],
], ids=" ".join)
def test_what_was_trained_is_accepted(folder, monkeypatch, options):
    monkeypatch.chdir(folder)
    assert train(folder, "m", *options).code == DONE
    run = verify(folder, "m", "--retrain")
    assert run.code == DONE, run.err
    assert run.record["verified"] and run.record["same_bits"] is True
    assert run.out.splitlines()[-1] == "verified"


def test_three_ranks_and_another_storage_accept_what_one_has_trained(folder):
    for data in ("d.h5", "s.h5"):
        run = verify(folder, "plain", "--retrain", data=folder / data, ranks=3)
        assert run.code == DONE and run.record["same_bits"] is True, run.err


def test_columns_far_from_zero(folder, tmp_path):
    """The model holds the answer at its centre; an hour later is other data, although it spreads alike."""
    x, y = logistic_sample(rows=ROWS, features=2, seed=5)
    x[:, 1] = np.floor(1.7e9 + 1000 * x[:, 1])
    data = write_dense(tmp_path / "far.h5", x, y)
    later = write_dense(tmp_path / "later.h5", x + [0, 3600], y)
    for name, options in [("m", []), ("n", ["--degree", "2"])]:
        assert train(tmp_path, name, *options, data="far.h5").code == DONE
        run = verify(tmp_path, name, "--retrain", data=data)
        assert run.code == DONE and run.record["same_bits"] is True, run.err
        run = verify(tmp_path, name, data=later)
        assert run.code == DIFFERS and "the features are not those of the training" in run.told


def test_instructions_that_round_otherwise(folder):
    """F is near enough, the bits are not to be compared, and the same instructions give them again."""
    assert train(folder, "sse4", "--l2", "0.01", "--instruction-set", "sse4").code == DONE
    assert verify(folder, "sse4").code == DONE
    again = verify(folder, "sse4", "--retrain")
    if "trained with the instruction set sse4, which rounds otherwise" in again.told:  # this CPU fuses products
        assert again.code == NOT_VERIFIED and again.record["same_bits"] is None
    run = verify(folder, "sse4", "--retrain", "--instruction-set", "sse4")
    assert run.code == DONE and run.record["same_bits"] is True


def test_the_refit_of_a_cross_validation(folder):
    options = ["--lambdas", "3", "--folds", "3", "--alpha", "0.5", "--groups"]
    assert train(folder, "cv", *options, command="cross-validate").code == DONE
    run = verify(folder, "cv", "--retrain")
    assert run.code == DONE and run.record["same_bits"] is True, run.err
    assert "groups" in run.record["data_as_recorded"]


@pytest.mark.parametrize("part", ["features", "labels", "weights"])
def test_other_data_is_named_by_its_part(folder, tmp_path, part):
    """One number of it, by the least that it can change."""
    shutil.copy(folder / "d.h5", tmp_path / "d.h5")
    with h5py.File(tmp_path / "d.h5", "r+") as file:
        values = file[{"features": "X", "labels": "y", "weights": "weights"}[part]]
        at = (100, 2) if part == "features" else 100
        values[at] = 1 - values[at] if part == "labels" else np.nextafter(values[at], 9)
    run = verify(folder, "plain", data=tmp_path / "d.h5")
    assert run.code == DIFFERS and f"the {part} are not those of the training" in run.told
    others = {"features", "labels", "weights"} - {part}
    assert set(run.record["data_as_recorded"]) == others
    assert len(run.errors) == len(run.record["differences"])


def test_data_of_another_shape(folder, tmp_path):
    x, y = logistic_sample(rows=ROWS, features=4, seed=3)
    extra = beside(y)
    names = extra.pop("feature_names")
    fewer = {name: values[:-1] for name, values in extra.items() if len(values) == ROWS}
    for data, told in [
            (write_dense(tmp_path / "r.h5", x[:-1], y[:-1], feature_names=names, **fewer), "has 239 rows"),
            (write_dense(tmp_path / "f.h5", x[:, :3], y, feature_names=names[:3], **extra), "has 3 features"),
            (write_dense(tmp_path / "n.h5", x, y, feature_names=names[::-1], **extra), "other names"),
            (write_dense(tmp_path / "c.h5", x, y + 1, feature_names=names, **extra), "other classes")]:
        run = verify(folder, "plain", data=data)
        assert run.code == DIFFERS and told in run.told, run.err


def test_one_bit_of_a_coefficient(folder, tmp_path):
    """Where whoever flipped it made the file whole again. F at the changed model is by NumPy."""
    path = tmp_path / "flipped.h5"
    for bit, seen_in_objective in [(0, False), (51, True)]:
        shutil.copy(folder / "plain.h5", path)
        with h5py.File(path, "r+") as file:
            w, b = file["coefficients"][()], file["intercept"][()]
            w.view(np.uint64)[0, 1] ^= np.uint64(1 << bit)
            file["coefficients"][...] = w
            file["coefficients"].attrs.pop("fingerprint")
            file.attrs["coefficients_sha256"] = hashlib.sha256(w.tobytes() + b.tobytes()).hexdigest()
        run = verify(tmp_path, "flipped", data=folder / "d.h5")
        assert run.code == DIFFERS and "the coefficients are not those of the training" in run.told
        assert ("the objective of the stored model" in run.told) == seen_in_objective
        with h5py.File(folder / "d.h5") as file:
            z = file["X"][()] @ w[0] + b[0]
            loss = np.logaddexp(0, np.where(file["y"][()] == 1, -z, z))
            objective = np.average(loss, weights=file["weights"][()]) + 0.005 * (w @ w.T).item()
        assert run.record["objective"] == pytest.approx(objective, rel=1e-13)


def test_a_model_whose_bits_were_damaged_is_not_read(folder, tmp_path):
    shutil.copy(folder / "plain.h5", tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        file["coefficients"][0, 0] = np.nextafter(file["coefficients"][0, 0], 9)
    run = verify(tmp_path, "m", data=folder / "d.h5")
    assert run.code == DIFFERS and len(run.errors) == 1 and "coefficients" in run.err


@pytest.mark.parametrize("change, told", [
    (lambda record: record.update(objective=record["objective"] * (1 + 1e-11)), "the record has 0."),
    (lambda record: record["provenance"].update(tolerance=1e-4), "the tolerance is 0.0001, and by its options 1e-09"),
    (lambda record: record["provenance"]["options"].update(tolerance="1e-4"), "is 1e-09, and by its options 0.0001"),
    (lambda record: record["provenance"]["options"].update(l2="0.02"), "the penalty by the record's options (L2 0.02"),
    (lambda record: record.update(l2=0.02), "the penalty of the model (L2 0.01"),
    (lambda record: record["provenance"].update(version="0.0.9"), "trained by version 0.0.9 of mpilogit, this is"),
    (lambda record: record["provenance"]["data_fingerprint"].update(labels="0" * 16), "the labels are not those"),
    (lambda record: record.update(coefficients_sha256="0" * 64), "the coefficients are not those"),
])
def test_an_edited_record(folder, tmp_path, change, told):
    """Even where its SHA-256 was made to fit, it contradicts the model, the data or itself."""
    with_old_seal = verify(tmp_path, edited(folder, tmp_path, change, seal=False).stem, data=folder / "d.h5")
    assert with_old_seal.code == DIFFERS
    assert "edited after it was written" in with_old_seal.told and told in with_old_seal.told
    sealed = verify(tmp_path, edited(folder, tmp_path, change).stem, data=folder / "d.h5")
    assert sealed.code == DIFFERS
    assert "edited after" not in sealed.told and told in sealed.told


NOTE = "\"record_sha256\": \"of\" Müller's run, \n second line"


@pytest.mark.parametrize("command", ["train", "path", "cross-validate"])
def test_a_note_is_kept_in_model_and_record(folder, tmp_path, command):
    run = mpilogit(command, folder / "d.h5", "--note", NOTE, "--model", tmp_path / "m.h5", "--json", tmp_path / "r.json",
                   ranks=2)
    assert run.code in (DONE, 3), run.err
    assert run.record["note"] == NOTE
    with h5py.File(tmp_path / "m.h5") as file:
        assert json.loads(file["record"][()])["note"] == NOTE


def test_a_note_changes_nothing_and_may_not_be_edited(folder, tmp_path):
    checkpoint = ["--l2", "0.01", "--weights", "--checkpoint", tmp_path / "c"]
    assert train(folder, "noted", *checkpoint, "--checkpoint-every", "1", "--max-iterations", "1", "--note", "one").code == 3
    assert train(folder, "noted", *checkpoint, "--note", "two").code == DONE  # goes on, whatever the note is
    digests = []
    for name in ("noted", "plain"):
        with h5py.File(folder / f"{name}.h5") as file:
            digests.append(json.loads(file["record"][()])["coefficients_sha256"])
    assert digests[0] == digests[1]
    assert verify(folder, "noted", "--retrain").code == DONE
    model = edited(folder, tmp_path, lambda record: record.update(note="three"), seal=False, model="noted")
    run = verify(tmp_path, model.stem, data=folder / "d.h5")
    assert run.code == DIFFERS and "edited after" in run.told


@pytest.mark.parametrize("note, why", [("", "--note"), ("n" * 4097, "--note has 4097 bytes, more than 4096")])
def test_a_note_that_is_refused(folder, note, why):
    run = train(folder, "refused", "--note", note)
    assert run.code == 2 and why in run.err


def test_an_edit_of_what_nothing_else_tells(folder, tmp_path):
    model = edited(folder, tmp_path, lambda record: record.update(iterations=1), seal=False)
    run = verify(tmp_path, model.stem, data=folder / "d.h5")
    assert run.code == DIFFERS and len(run.record["differences"]) == 1 and "edited after" in run.told


def test_a_tolerance_that_was_edited_all_over(folder, tmp_path):
    """The gap does not meet a smaller one; of a larger one training again tells."""
    def set_to(value):
        def change(record):
            record["provenance"]["tolerance"] = float(value)
            record["provenance"]["options"]["tolerance"] = value
        return change

    assert train(folder, "rough", "--tolerance", "1e-3").code == DONE
    run = verify(tmp_path, edited(folder, tmp_path, set_to("1e-9"), model="rough").stem, data=folder / "d.h5")
    assert run.code == NOT_VERIFIED and "above the tolerance of 1e-09" in run.told
    model = edited(folder, tmp_path, set_to("0.1")).stem
    assert verify(tmp_path, model, data=folder / "d.h5").code == DONE
    run = verify(tmp_path, model, "--retrain", data=folder / "d.h5")
    assert run.code == DIFFERS and "trained again, the coefficients have other bits" in run.told


def test_records_of_the_version_before(folder, tmp_path):
    model = edited(folder, tmp_path, lambda record: record.pop("provenance"))
    run = verify(tmp_path, model.stem, data=folder / "d.h5")
    assert run.code == NOT_VERIFIED and "neither the options nor a fingerprint" in run.told and not run.errors
    assert run.out.splitlines()[-1] == "not verified"


def test_training_that_did_not_converge(folder):
    assert train(folder, "short", "--solver", "lbfgs", "--max-iterations", "2").code == 3
    run = verify(folder, "short", "--retrain")
    assert run.code == NOT_VERIFIED and "stopped before its tolerance (iteration limit)" in run.told
    assert run.record["same_bits"] is True


def test_other_models_that_the_record_names(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(folder / "prior.h5", "p.h5")
    assert train(tmp_path, "m", "--l2", "0.1", "--prior", "p.h5", data=folder / "d.h5").code == DONE
    assert train(tmp_path, "n", "--start", "p.h5", data=folder / "d.h5").code == DONE
    over = mpilogit("verify", "m.h5", folder / "d.h5", "--json=p.h5", ranks=0)
    assert over.code == DIFFERS and "p.h5" in over.err and h5py.is_hdf5("p.h5")
    shutil.copy(folder / "plain.h5", "p.h5")
    other = verify(tmp_path, "m", data=folder / "d.h5")
    assert other.code == DIFFERS and "the model of --prior, 'p.h5', is another one" in other.told
    (tmp_path / "p.h5").unlink()
    absent = verify(tmp_path, "m", data=folder / "d.h5")
    assert absent.code == NOT_VERIFIED and "the model of --prior, 'p.h5', is not there" in absent.told
    assert verify(tmp_path, "n", data=folder / "d.h5").code == DONE  # the start is no part of the objective
    again = verify(tmp_path, "n", "--retrain", data=folder / "d.h5")
    assert again.code == NOT_VERIFIED and "the model of --start, 'p.h5', is not there" in again.told


def test_a_record_makes_the_program_do_nothing_else(folder, tmp_path):
    """Somebody may have made the record up: no output, no plugins, no files but those of models."""
    for option in ("checkpoint", "json", "diagnostics", "allow-plugins", "config", "no-such-option"):
        def change(record, name=option):
            record["provenance"]["options"][name] = str(tmp_path / "written")
        run = verify(tmp_path, edited(folder, tmp_path, change).stem, data=folder / "d.h5")
        assert run.code == DIFFERS and f"--{option}" in run.err
        assert not (tmp_path / "written").exists()


def test_what_is_no_trained_model(folder, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("feature,coefficient\n(intercept),0.5\na,1\nb,2\nc,3\nd,4\n")
    imported = tmp_path / "imported.h5"
    assert mpilogit("import", "coefficients", table, "--output", imported, ranks=0).code == DONE
    run = verify(tmp_path, "imported", data=folder / "d.h5")
    assert run.code == DIFFERS and "not trained by this program" in run.err
    assert train(folder, "path", "--lambdas", "3", command="path").code == DONE
    assert verify(folder, "path").code == DIFFERS
    assert mpilogit("verify", folder / "plain.h5", ranks=0).code == DIFFERS
