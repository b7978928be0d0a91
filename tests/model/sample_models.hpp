#pragma once
// Models and a path to write, and ways to damage their files.

#include <string>
#include <vector>

#include <hdf5.h>

#include "model/model.hpp"
#include "model/path_file.hpp"

namespace mpilogit::model::testing {

/// Two classes, three features with names.
Model two_classes(data::LabelKind kind);

/// `classes` text classes, softmax with or without a reference class.
Model softmax_model(std::size_t classes, bool reference_class);

/// One-vs-rest of three classes on the 9 products of 3 features up to degree 2.
Model expanded_model();

/// Made-up numbers of the right shape for `model`, each another; its second coefficient is aliased.
Inference sample_inference(const Model& model);

/// Four steps of `softmax_model(3, false)`.
Path sample_path();

void require_equal(const Model& copy, const Model& model);

/// A file name of this process.
std::string file_name(const std::string& what);

/// Replaces parts of a file that HDF5 wrote.
class Surgery {
 public:
  explicit Surgery(const std::string& path);
  ~Surgery();
  Surgery(const Surgery&) = delete;
  Surgery& operator=(const Surgery&) = delete;

  void remove(const std::string& dataset);
  void remove_attribute(const std::string& name);
  void set_attribute(const std::string& name, std::int64_t value);
  std::int64_t attribute(const std::string& name) const;
  /// Of doubles, in the place of what was there.
  void replace(const std::string& dataset, const std::vector<double>& values,
               const std::vector<hsize_t>& shape);

 private:
  hid_t file_;
};

}  // namespace mpilogit::model::testing
