#pragma once
// Run records of imports and of synthetic data as JSON: keys that scripts rely upon
// (docs/formats.md).

#include <string>

#include "importing/import_csv.hpp"
#include "importing/import_libsvm.hpp"
#include "importing/import_npy.hpp"
#include "importing/synthesize.hpp"

namespace mpilogit::importing {

std::string to_json(const ImportCsvReport& report);
std::string to_json(const ImportLibsvmReport& report);
std::string to_json(const ImportNpyReport& report);
std::string to_json(const SynthesizeReport& report);

}  // namespace mpilogit::importing
