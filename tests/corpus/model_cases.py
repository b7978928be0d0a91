"""Model and path files: each part missing, of another type or shape, contradicting the others, or newer."""

import h5py
import numpy as np

from corpus import FEATURES, replace, rows


def write_good_models(corpus):
    x, _ = rows()
    with h5py.File(corpus.path("three.h5"), "w") as file:
        file["X"], file["y"] = x, [b"a", b"b", b"c"] * (len(x) // 3)
        file["feature_names"] = ["age", "height", "hours"]
    corpus.good("model.h5", "train", "@dense.h5", "--l2", "0.1", "--model", "@model.h5", "--quiet")
    corpus.good("inference.h5", "train", "@dense.h5", "--model", "@inference.h5", "--inference", "--covariance",
                "--profile", "age", "--test", "age = 0", "--quiet")
    corpus.good("softmax.h5", "train", "@three.h5", "--l2", "0.1", "--model", "@softmax.h5", "--quiet")
    corpus.good("products.h5", "train", "@dense.h5", "--l2", "0.1", "--degree", "2", "--model", "@products.h5", "--quiet")
    corpus.good("path.h5", "path", "@dense.h5", "--lambdas", "4", "--enough", "1", "--model", "@path.h5", "--quiet")


class Models:
    """Spoils one good model in many ways."""

    def __init__(self, corpus, good, data="@dense.h5", options=(), prefix=None):
        self.corpus, self.good, self.data, self.options = corpus, good, data, list(options)
        self.prefix = prefix or good.removesuffix(".h5")

    def bad(self, name, says, change):
        file = self.corpus.changed(self.good, f"{self.prefix}_{name}.h5", change)
        self.refused(file, says)

    def refused(self, file, says):
        self.corpus.add(file.removesuffix(".h5"), ["predict", "@" + file, self.data, "--output", "predictions.h5",
                                                   *self.options], says, file)

    def without(self, *names):
        for name in names:
            self.bad("no_" + name.replace("/", "_"), [name.rpartition("/")[2]], lambda file: replace(file, name))

    def without_attributes(self, group, *names):
        for name in names:
            self.bad("no_attribute_" + name, [name], lambda file: file[group].attrs.__delitem__(name))

    def dataset(self, name, kind, says, values):
        self.bad(f"{name.replace('/', '_')}_{kind}", says, lambda file: replace(file, name, values))

    def attribute(self, name, kind, says, value, group="/"):
        self.bad(f"attribute_{name}_{kind}", says, lambda file: file[group].attrs.__setitem__(name, value))


def common(models, rows_of_coefficients):
    """What models and paths share."""
    models.without("coefficients", "intercept", "classes", "record")
    models.without_attributes("/", "format", "format_version", "objective", "solver", "label_kind",
                              "coefficients_sha256")
    models.dataset("coefficients", "text", ["shapes of coefficients"], [b"1"])
    models.dataset("coefficients", "flat", ["shapes of coefficients and intercept"], np.zeros(FEATURES))
    models.dataset("coefficients", "empty", ["shapes of coefficients"], np.zeros((1, 0)))
    models.dataset("intercept", "scalar", ["intercept"], 1.0)
    models.dataset("classes", "descending", ["not in ascending order"], np.array([1, 0]))
    models.dataset("classes", "text", ["/classes", "holds string values"], [b"0", b"1"])
    models.dataset("classes", "three", ["3 classes"], np.array([0, 1, 2]))
    models.dataset("classes", "one", ["1 classes"], np.array([0]))
    models.dataset("classes", "far", ["/classes"], np.array([0, 2**63], "u8"))
    models.dataset("feature_names", "few", ["2 names for 3 coefficients"], [b"a", b"b"])
    models.dataset("feature_names", "numbers", ["/feature_names", "float64"], np.zeros(FEATURES))
    models.dataset("record", "number", ["/record", "float64"], 1.0)
    models.attribute("format", "other", ["is not a model"], "mpilogit model of another kind")
    models.attribute("format", "number", ["attribute format"], 1)
    models.attribute("format_version", "newer", ["model format 99", "newer mpilogit"], 99)
    models.attribute("format_version", "text", ["format_version"], "1")
    models.attribute("format_version", "zero", ["format 0"], 0)
    models.attribute("format_version", "negative", ["format -1"], -1)
    models.attribute("label_kind", "unknown", ["label_kind is 7"], 7)
    models.attribute("label_kind", "negative", ["label_kind is -1"], -1)
    models.attribute("objective", "unknown", ["objective 'probit'"], "probit")
    models.attribute("objective", "softmax", ["objective 'softmax'"], "softmax")
    models.attribute("degree", "none", ["to degree 0"], 0)
    models.attribute("degree", "two", ["to degree 2"], 2)
    models.attribute("data_features", "more", ["expands 4 features"], 4)
    models.attribute("coefficients_sha256", "other", ["SHA-256"], "0" * 64)
    models.attribute("coefficients_sha256", "long", ["SHA-256"], "0" * 10000)
    models.attribute("standardized", "text", ["standardized"], "yes")

    def spoil(name, index, value):
        def change(file):
            file[name][index] = value
            file[name].attrs.pop("fingerprint")
        return change
    first = (0,) * (1 + len(rows_of_coefficients))
    models.bad("coefficient_changed", ["/coefficients", "fingerprint"],
               lambda file: file["coefficients"].__setitem__(first, 1.0))
    models.bad("coefficient_without_fingerprint", ["SHA-256"], spoil("coefficients", first, 1.0))
    models.bad("coefficient_nan", ["not finite"], spoil("coefficients", ..., np.nan))
    models.bad("intercept_infinite", ["not finite"], spoil("intercept", ..., np.inf))
    models.bad("coefficients_external", ["/coefficients", "external or user-defined link"],
               lambda file: (replace(file, "coefficients"),
                             file.__setitem__("coefficients", h5py.ExternalLink("model.h5", "coefficients"))))
    models.bad("schema_number", ["/schema", "float64"], lambda file: replace(file, "schema", 1.0))
    models.bad("coefficients_declared_1e15", ["/coefficients", "declares", "stored"], lambda file: (
        replace(file, "feature_names"),
        replace(file, "coefficients", shape=(*rows_of_coefficients, 10**15), dtype="f8")))


def of_one_model(corpus):
    models = Models(corpus, "model.h5")
    common(models, [1])
    models.without_attributes("/", "l2")
    models.attribute("l2", "text", ["l2"], "0.1")
    models.attribute("l2", "nan", ["l2 is nan"], np.nan)
    models.attribute("l1", "negative", ["l1 is -1"], -1.0)
    models.dataset("intercept", "two", ["shapes of coefficients and intercept"], np.zeros(2))
    for name, length in {"first_half": 0.5, "all_but_one_byte": -1}.items():
        file = f"model_{name}.h5"
        corpus.with_bytes("model.h5", file, lambda data: data[:int(len(data) * length) if length > 0 else length])
        models.refused(file, ["truncated"])
    corpus.path("model_text.h5").write_text("coefficients 1 2 3\n")
    models.refused("model_text.h5", ["is not an HDF5 file"])
    corpus.add("model_is_data", ["predict", "@dense.h5", "@dense.h5", "--output", "predictions.h5"],
               ["is not a model"], "dense.h5")
    corpus.add("model_missing", ["predict", "@absent.h5", "@dense.h5", "--output", "predictions.h5"],
               ["No such file"], "absent.h5")
    corpus.add("model_is_path", ["predict", "@path.h5", "@dense.h5", "--output", "predictions.h5"],
               ["none of them is named", "--step"], "path.h5")
    for command in [["inspect", "@model_no_record.h5"], ["summarize", "@model_no_record.h5"],
                    ["train", "@dense.h5", "--model", "model.h5", "--start", "@model_no_record.h5"]]:
        corpus.add("model_to_" + command[0], command, ["record"], "model_no_record.h5")
    corpus.add("model_without_inference", ["summarize", "@model.h5"], ["inference"], "model.h5")


def of_several_classes(corpus):
    models = Models(corpus, "softmax.h5", "@three.h5")
    models.dataset("classes", "numbers", ["/classes"], np.arange(3))
    models.dataset("classes", "twice", ["not in ascending order"], [b"a", b"a", b"b"])
    models.dataset("classes", "two", ["2 classes"], [b"a", b"b"])
    models.attribute("objective", "logistic", ["objective 'logistic'"], "logistic")
    models.attribute("format_version", "newer", ["model format 3"], 3)
    models.attribute("label_kind", "number", ["/classes"], 0)


def of_decimal_labels(corpus):
    x, y = rows()
    with h5py.File(corpus.path("decimal.h5"), "w") as file:
        file["X"], file["y"] = x, y.astype(float)
    corpus.good("floating.h5", "train", "@decimal.h5", "--l2", "0.1", "--model", "@floating.h5", "--quiet")
    models = Models(corpus, "floating.h5")
    for kind, value in {"half": 0.5, "infinite": np.inf, "nan": np.nan, "far": 1e300}.items():
        models.dataset("classes", kind, ["classes are not whole numbers"], np.array([0.0, value]))


def of_products(corpus):
    models = Models(corpus, "products.h5")
    models.attribute("degree", "three", ["to degree 3"], 3)
    models.attribute("degree", "enormous", ["degree"], 2**40)
    models.attribute("data_features", "two", ["2 features"], 2)
    models.attribute("interactions_only", "set", ["features"], 1)
    models.dataset("data_feature_names", "few", ["2 names for 3 features"], [b"a", b"b"])


def of_inference(corpus):
    models = Models(corpus, "inference.h5")
    models.without("standard_errors", "intercept_standard_errors", "coefficient_status", "intercept_status",
                   "inference/profile_places", "inference/profile_intervals", "inference/test_hypotheses",
                   "inference/test_statistics", "inference/test_degrees", "inference/test_log_p")
    models.without_attributes("inference", "covariance_kind", "method", "confidence", "observations", "aic")
    models.dataset("standard_errors", "few", ["standard_errors"], np.ones((1, 2)))
    models.dataset("standard_errors", "negative", ["standard error -1"], -np.ones((1, FEATURES)))
    models.dataset("standard_errors", "infinite", ["contradicts"], np.full((1, FEATURES), np.inf))
    models.dataset("coefficient_status", "unknown", ["coefficient_status holds 9"], np.full((1, FEATURES), 9, "u1"))
    models.dataset("covariance", "narrow", ["covariance"], np.ones((2, 2)))
    models.dataset("covariance", "nan", ["covariance is not finite"], np.full((FEATURES + 1,) * 2, np.nan))
    models.dataset("inference/profile_places", "far", ["profile interval 0"], np.array([[0, 77]]))
    models.dataset("inference/profile_places", "flat", ["profile_places"], np.zeros(2, int))
    models.dataset("inference/profile_intervals", "crossed", ["profile interval 0"], np.array([[2.0, 1.0]]))
    models.dataset("inference/test_statistics", "negative", ["test of 'age = 0'"], np.array([-1.0]))
    models.dataset("inference/test_degrees", "two", ["hypotheses"], np.array([1, 2]))
    models.attribute("confidence", "above", ["confidence is 1.5"], 1.5, "inference")
    models.attribute("confidence", "nan", ["confidence"], np.nan, "inference")


def of_paths(corpus):
    models = Models(corpus, "path.h5", options=["--step", "1"])
    common(models, [4, 1])
    for name in ["lambda", "l1", "l2", "objective", "deviance_explained", "nonzeros", "data_passes"]:
        models.without("steps/" + name)
        models.dataset("steps/" + name, "short", ["steps", name], np.zeros(1, "i8"))
        models.dataset("steps/" + name, "text", ["/steps/" + name, "string"], [b"1"] * 4)
    models.dataset("intercept", "two", ["shapes of coefficients and intercept"], np.zeros(2))
    models.dataset("steps/l1", "infinite", ["steps/l1 is inf"], np.full(4, np.inf))
    models.dataset("steps/l2", "negative", ["steps/l2 is -1"], np.full(4, -1.0))
    for step in ["4", "99999999999"]:
        corpus.add("path_step_" + step, ["predict", "@path.h5", "@dense.h5", "--output", "predictions.h5", "--step", step],
                   ["has no step " + step, "0 to 3"], "path.h5")
    corpus.add("path_step_of_model", ["predict", "@model.h5", "@dense.h5", "--output", "predictions.h5", "--step", "1"],
               ["is one model, not a path"], "model.h5")


def model_cases(corpus):
    write_good_models(corpus)
    for add in [of_one_model, of_several_classes, of_decimal_labels, of_products, of_inference, of_paths]:
        add(corpus)
