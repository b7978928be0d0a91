// Models and paths of models.

#include "fuzz/fuzz.hpp"
#include "hdf5/file.hpp"
#include "model/model_file.hpp"
#include "model/path_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpilogit;
  static const bool started = (hdf5::start_library(), true);
  testing::require(started);
  const std::string path = testing::file_of(data, size);
  testing::refused_or_done([&] {
    if (model::is_path(path)) {
      model::read_path(path);
      return;
    }
    const model::Model model = model::read_model(path);
    testing::require(std::ssize(model.coefficients) == model.rows() * model.features);
  });
  return 0;
}
