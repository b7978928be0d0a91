#pragma once
// The encoded rows of a table, in a file.

#include <memory>
#include <string>

#include "comm/communicator.hpp"
#include "formats/encoder.hpp"
#include "importing/data_writer.hpp"
#include "importing/import_csv.hpp"

namespace mpilogit::importing {

/// How the rows are stored. `automatic` is CSR if there are one-hot columns and that is smaller,
/// and float32 if that holds every number exactly. Throws bad input if float32 is asked for and
/// does not.
struct TableStorage {
  bool sparse = false;
  hdf5::ValueType values = hdf5::ValueType::float64;
  core::Readers readers = core::Readers::as_usual;
};
TableStorage choose_storage(const formats::Schema& schema, const formats::Extent& extent,
                            StorageForm form, StorageType type, const std::string& where);

/// Collective. Encodes the table once more, and writes it as a data set, which the caller commits
/// or reads.
std::unique_ptr<DataWriter> write_table(const std::string& path, const formats::TextFiles& files,
                                        formats::Encoder& encoder, const formats::Schema& schema,
                                        const formats::TargetColumns& targets,
                                        const formats::Extent& extent, const TableStorage& storage,
                                        const comm::Communicator& communicator,
                                        const formats::Progress& progress);

}  // namespace mpilogit::importing
