#include "mpilogit/workflow/inspect.hpp"

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/hdf5/file.hpp"
#include "mpilogit/model/distribute.hpp"
#include "mpilogit/model/model_file.hpp"

namespace mpilogit::workflow {

namespace {

enum class Content : char { model = 'm', labelled = 'y', unlabelled = 'x' };

Content content_of(const data::Source& source, const comm::Communicator& communicator) {
  const std::string answer = comm::on_root(communicator, [&] {
    const std::string& path = source.files.front();
    Content content = Content::unlabelled;
    if (model::is_model(path)) {
      content = Content::model;
    } else if (hdf5::File::open(path).contains(source.labels.value_or("y"))) {
      content = Content::labelled;
    }
    return std::string(1, static_cast<char>(content));
  });
  return static_cast<Content>(answer.front());
}

DatasetDescription describe(const data::Source& source, const comm::Communicator& communicator) {
  const data::Dataset dataset = data::read_dataset(source, communicator);
  DatasetDescription description;
  description.shape = dataset.shape();
  description.classes = dataset.classes();
  description.class_counts.assign(dataset.classes().size(), 0);
  for (const auto label : dataset.labels()) ++description.class_counts[label];
  communicator.sum(description.class_counts);
  return description;
}

}  // namespace

InspectReport inspect(const InspectOptions& options, const comm::Communicator& communicator) {
  InspectReport report;
  const Content content = content_of(options.source, communicator);
  if (content == Content::model) {
    report.model = model::read_model(options.source.files.front(), communicator);
    return report;
  }
  data::Source source = options.source;
  if (content == Content::unlabelled) source.labels = std::nullopt;
  report.dataset = describe(source, communicator);
  return report;
}

}  // namespace mpilogit::workflow
