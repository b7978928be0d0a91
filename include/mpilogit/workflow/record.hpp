#pragma once
// Run records as JSON: keys that scripts rely upon (docs/formats.md).

#include <string>

#include "mpilogit/workflow/cross_validate.hpp"
#include "mpilogit/workflow/evaluate.hpp"
#include "mpilogit/workflow/import_csv.hpp"
#include "mpilogit/workflow/import_libsvm.hpp"
#include "mpilogit/workflow/import_npy.hpp"
#include "mpilogit/workflow/path.hpp"
#include "mpilogit/workflow/predict.hpp"
#include "mpilogit/workflow/synthesize.hpp"
#include "mpilogit/workflow/train.hpp"

namespace mpilogit::workflow {

std::string to_json(const TrainReport& report);
std::string to_json(const PathReport& report);
std::string to_json(const CrossValidateReport& report);
std::string to_json(const EvaluateReport& report);
std::string to_json(const PredictReport& report);
std::string to_json(const ImportCsvReport& report);
std::string to_json(const ImportLibsvmReport& report);
std::string to_json(const ImportNpyReport& report);
std::string to_json(const SynthesizeReport& report);

}  // namespace mpilogit::workflow
