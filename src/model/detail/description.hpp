#pragma once
// A model as named values in a file and among ranks, and the digest of its coefficients.

#include <cstdint>
#include <string>
#include <vector>

#include "hdf5/file.hpp"
#include "model/model.hpp"

namespace mpilogit::model {

/// Throws: the file at `path` contradicts itself.
[[noreturn]] void refuse(const std::string& path, const std::string& what);

/// Whether the root attribute `format` says so.
bool has_format(const hdf5::File& file, const std::string& format);

/// Throws bad input unless the file is of this format, in a version up to `newest`. `written_by` is
/// the command that writes such files.
void require_format(const hdf5::File& file, const std::string& format, int newest,
                    const std::string& written_by);

/// Classes, names, expansion, objective, solver and record.
void write_description(const hdf5::File& file, const Model& model);

/// Likewise; `rows` and `features` are those of the coefficients. Throws bad input if they do not
/// fit.
Model read_description(const hdf5::File& file, std::int64_t rows, std::int64_t features);

/// Throws unless a penalty called `name` can have this strength: finite, and not negative.
void require_penalty(const std::string& path, const std::string& name, double value);

/// The attribute `texts_sha256`: of what the file's other text attributes say, which nothing else
/// in the file guards (HDF5 has checksums for numbers in attributes, not for texts).
void write_texts_digest(const hdf5::File& file, const Model& model);

/// Throws unless the model's texts are those, or the file is older than the attribute.
void require_texts_digest(const hdf5::File& file, const Model& model);

/// Throws unless all are finite and their hash is that of the attribute `coefficients_sha256`.
void require_sound(const hdf5::File& file, const std::vector<double>& coefficients,
                   const std::vector<double>& intercept);

/// SHA-256 of both, one after the other, as little-endian doubles.
std::string sha256(const std::vector<double>& coefficients, const std::vector<double>& intercept);

}  // namespace mpilogit::model
