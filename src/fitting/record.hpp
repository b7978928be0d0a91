#pragma once
// Run records as JSON: keys that scripts rely upon (docs/formats.md).

#include <string>
#include <string_view>

#include "fitting/cross_validate.hpp"
#include "scoring/evaluate.hpp"
#include "importing/import_csv.hpp"
#include "importing/import_libsvm.hpp"
#include "importing/import_npy.hpp"
#include "fitting/path.hpp"
#include "scoring/predict.hpp"
#include "importing/synthesize.hpp"
#include "fitting/train.hpp"

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

/// Whether the beginning of a file is that of a record as one of these or `summarize` makes it, of
/// a model as JSON, or of the events of runs: JSON with the keys that they have, whatever version
/// of the program wrote it.
bool is_record(std::string_view beginning);

}  // namespace mpilogit::workflow
