"""Gives a trained model an inference that statsmodels worked out, by h5py: as docs/formats.md says."""

import h5py
import numpy as np
import scipy.stats

ESTIMATED, ALIASED, SEPARATED, FIXED = range(4)


def chi_squared(name, statistic, degrees):
    return {f"{name}_statistic": float(statistic), f"{name}_degrees": int(degrees),
            f"{name}_log_p": float(scipy.stats.chi2.logsf(statistic, degrees))}


def scalars_of(fit, rows):
    """Of a Logit or MNLogit result, by the names of the file's attributes."""
    parameters = np.size(fit.params)
    return {
        "covariance_kind": "model", "method": "exact", "weights": "none", "penalised": 0, "firth": 0,
        "confidence": 0.95, "estimate_error": 0.0, "clusters": 0, "observations": float(rows),
        "parameters": parameters, "log_likelihood": fit.llf, "null_log_likelihood": fit.llnull,
        "null_deviance": -2.0 * fit.llnull, "residual_deviance": -2.0 * fit.llf,
        "null_degrees": float(rows - 1), "residual_degrees": float(rows - parameters),
        "aic": fit.aic, "bic": fit.bic, "mcfadden": fit.prsquared,
        **chi_squared("likelihood_ratio", fit.llr, fit.df_model)}


def write_inference(path, errors, scalars, covariance=None, status=None, profiles=(), tests=()):
    """`errors`: rows x (1 + features), the intercepts first; `status` likewise. `profiles`: (row, feature, lower,
    upper), `tests`: (text, statistic, degrees)."""
    errors = np.atleast_2d(errors)
    status = np.zeros(errors.shape, np.uint8) if status is None else np.atleast_2d(status)
    errors = np.where(status == ESTIMATED, errors, np.inf)
    with h5py.File(path, "r+") as file:
        del file.attrs["texts_sha256"]  # of texts that are changed now; models without it are read, too
        file["intercept_standard_errors"] = errors[:, 0]
        file["standard_errors"] = errors[:, 1:]
        file["intercept_status"] = status[:, 0].astype(np.uint8)
        file["coefficient_status"] = status[:, 1:].astype(np.uint8)
        if covariance is not None:
            file["covariance"] = covariance
        group = file.create_group("inference")
        group.attrs.update(scalars)
        group["profile_places"] = np.array([p[:2] for p in profiles], np.int64).reshape(-1, 2)
        group["profile_intervals"] = np.array([p[2:] for p in profiles], float).reshape(-1, 2)
        group.create_dataset("test_hypotheses", data=[t[0] for t in tests], shape=(len(tests),),
                             dtype=h5py.string_dtype())
        group["test_statistics"] = np.array([t[1] for t in tests], float)
        group["test_degrees"] = np.array([t[2] for t in tests], np.int64)
        group["test_log_p"] = np.array([scipy.stats.chi2.logsf(*t[1:]) for t in tests], float)
    return path
