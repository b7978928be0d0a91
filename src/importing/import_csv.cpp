#include "importing/import_csv.hpp"

#include "comm/agreement.hpp"
#include "core/atomic_file.hpp"
#include "core/units.hpp"
#include "formats/encoder.hpp"
#include "importing/table_file.hpp"

namespace mpilogit::importing {

ImportCsvResult import_csv(const ImportCsvOptions& options, const comm::Communicator& communicator,
                           const formats::Progress& progress) {
  const core::Stopwatch total;
  comm::on_root(communicator, [&] {
    core::require_writable(options.output_path);
    return std::string();
  });
  comm::Phase phase(communicator, "reading the table");
  const formats::TextFiles files(options.source, communicator, progress);
  ImportCsvResult result;
  result.survey = formats::survey(files, options.table, communicator, progress);
  const formats::Schema& schema = result.survey.schema;
  const formats::Extent& extent = result.survey.extent;
  phase.turn_to("writing the data set");
  TableStorage storage;
  comm::together(communicator, [&] {
    storage = choose_storage(schema, extent, options.form, options.type, files.paths().front());
  });
  const formats::TargetColumns targets = formats::target_columns(options.table, files);
  formats::Encoder encoder(schema, files, targets);
  write_table(options.output_path, files, encoder, schema, targets, extent, storage, communicator,
              progress)
      ->commit();
  result.columns = files.columns();
  result.delimiter = files.dialect().delimiter;
  result.sparse = storage.sparse;
  result.values = storage.values;
  result.text_bytes = files.bytes();
  result.ranks = communicator.size();
  result.seconds_total = total.seconds();
  return result;
}

}  // namespace mpilogit::importing
