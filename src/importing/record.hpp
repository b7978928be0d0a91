#pragma once
// Run records of imports and of synthetic data as JSON: keys that scripts rely upon
// (docs/formats.md).

#include <string>

#include "importing/import_csv.hpp"
#include "importing/import_libsvm.hpp"
#include "importing/import_npy.hpp"
#include "importing/synthesize.hpp"

namespace mpilogit::importing {

std::string to_json(const ImportCsvResult& result);
std::string to_json(const ImportLibsvmResult& result);
std::string to_json(const ImportNpyResult& result);
std::string to_json(const SynthesizeResult& result);

}  // namespace mpilogit::importing
