#pragma once
// What the functions that inspect a file's data sets share.

#include <string>
#include <vector>

#include "core/error.hpp"
#include "data/metadata/metadata.hpp"
#include "hdf5/file.hpp"

namespace mpilogit::data {

/// What is always to be done about it.
inline constexpr const char* kWriteIt = "Write it as docs/formats.md describes";

/// Bad input, in the order in which it is said.
core::Error refused(const std::string& where, const std::string& what, const std::string& why,
                    const std::string& remedy = kWriteIt);

/// "(3, 4)", as Python writes it.
std::string shape_text(const std::vector<std::int64_t>& dimensions);

Array inspect(const hdf5::File& file, const std::string& name);

/// Throws if the values are strings.
void require_number(const hdf5::File& file, const Array& array);

/// Of one dimension, numbers; integers if so wished.
Array inspect_vector(const hdf5::File& file, const std::string& name, bool integers);

/// "obs" of "obs/age"; "" of what stands at the top.
std::string parent_of(const std::string& name);
/// "age" of "obs/age".
std::string last_of(const std::string& name);
/// One after the other, with a slash between if there is something before it.
std::string member_of(const std::string& group, const std::string& name);

/// Whether the file has a group of that name; what leads out of the file is none.
bool has_group(const hdf5::File& file, const std::string& name);

/// A text attribute; "" if there is none of that name.
std::string text_attribute(const hdf5::File& file, const std::string& object,
                           const std::string& name);

}  // namespace mpilogit::data
