#pragma once
// Whether a model and a data set are about the same columns.

#include <string>

#include "data/dataset.hpp"
#include "model/model.hpp"

namespace mpilogit::problem {

/// Throws bad input (the same on all ranks) unless the data has the features that the model was
/// made from: as many, and of the same names in the same order where both have names. Offsets need
/// a model of two classes.
void require_features(const model::Model& model, const std::string& model_path,
                      const data::Source& source, const data::Shape& shape);

/// Throws bad input (the same on all ranks) if both came from LIBSVM's text whose columns are
/// numbered from 0 in the one and from 1 in the other, and one of these is a guess.
void require_same_columns(const model::Model& model, const std::string& model_path,
                          const data::Source& source, const data::Shape& shape);

}  // namespace mpilogit::problem
