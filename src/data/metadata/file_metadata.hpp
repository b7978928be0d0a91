#pragma once
// What a file's metadata say of its features.

#include <optional>
#include <string>

#include "data/metadata/metadata.hpp"
#include "hdf5/file.hpp"

namespace mpilogit::data {

// The forms that a column of one value per row comes in: a data set, or a group of AnnData's with
// codes and categories, or with values and a mask of those that are missing.

/// Throws bad input if there is no such column of `rows` values.
Column inspect_column(const hdf5::File& file, const std::string& name, std::int64_t rows);

/// Likewise; nothing if none is named. Throws unless they are numbers.
std::optional<Column> inspect_numbers(const hdf5::File& file,
                                      const std::optional<std::string>& name, std::int64_t rows);

/// Likewise; throws unless they are integers or strings.
std::optional<Column> inspect_groups(const hdf5::File& file, const std::optional<std::string>& name,
                                     std::int64_t rows);

}  // namespace mpilogit::data
