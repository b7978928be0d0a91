"""Checks with h5py what inference_file_test.cpp wrote: inference.h5, of sample_inference in sample_models.cpp."""

import h5py
import numpy as np

with h5py.File("inference.h5") as file:
    assert file["standard_errors"].dtype == np.float64
    assert file["standard_errors"][...].tolist() == [[0.5, np.inf, 2.5], [3.5, 4.5, 5.5]]
    assert file["intercept_standard_errors"][...].tolist() == [0.25, 1.25]
    assert file["coefficient_status"].dtype == file["intercept_status"].dtype == np.uint8
    assert file["coefficient_status"][...].tolist() == [[0, 1, 0], [0, 0, 0]]
    assert file["intercept_status"][...].tolist() == [0, 0]
    assert (file["covariance"][...] == 1 / (1 + np.arange(64).reshape(8, 8))).all()

    group = file["inference"]
    expected = {
        "covariance_kind": "cluster", "method": "estimate", "weights": "frequency", "penalised": 1,
        "firth": 1, "confidence": 0.9, "estimate_error": 0.01, "clusters": 12,
        "observations": 189.5, "parameters": 4, "log_likelihood": -100.25,
        "null_log_likelihood": -117.5, "null_deviance": 235.0, "residual_deviance": 200.5,
        "null_degrees": 188.0, "residual_degrees": 180.0, "aic": 208.5, "bic": 221.75,
        "mcfadden": 0.1468, "tjur": 0.163, "likelihood_ratio_statistic": 34.5,
        "likelihood_ratio_degrees": 3, "likelihood_ratio_log_p": -15.5,
        "hosmer_lemeshow_statistic": 7.25, "hosmer_lemeshow_degrees": 8,
        "hosmer_lemeshow_log_p": -0.7}
    assert dict(group.attrs) == expected
    assert group["profile_places"][...].tolist() == [[0, -1], [1, 2]]
    assert group["profile_intervals"][...].tolist() == [[-2.5, 0.5], [-np.inf, 1.5]]
    assert group["test_hypotheses"].asstr()[...].tolist() == ["age = 0", "größe = 1, age = 2"]
    assert group["test_statistics"][...].tolist() == [3.5, 1e5]
    assert group["test_degrees"][...].tolist() == [1, 2]
    assert group["test_log_p"][...].tolist() == [-2.75, -5e4]
