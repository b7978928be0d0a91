#include "scoring/inspect.hpp"

#include "comm/agreement.hpp"
#include "hdf5/file.hpp"
#include "model/distribute.hpp"
#include "model/model_file.hpp"

namespace mpilogit::scoring {

namespace {

enum class Content : char { model = 'm', path = 'p', labelled = 'y', unlabelled = 'x' };

Content content_of(const data::Source& source, const comm::Communicator& communicator) {
  const std::string answer = comm::on_root(communicator, [&] {
    const std::string& path = source.files.front();
    Content content = Content::unlabelled;
    if (model::is_model(path)) {
      content = Content::model;
    } else if (model::is_path(path)) {
      content = Content::path;
    } else if (source.trials || hdf5::File::open(path).contains(source.labels.value_or("y"))) {
      content = Content::labelled;
    }
    return std::string(1, static_cast<char>(content));
  });
  return static_cast<Content>(answer.front());
}

// Of the features only that they are sound: nothing is kept for each column.
DatasetDescription describe(data::Source source, const comm::Communicator& communicator) {
  source.column_bounds = false;
  const data::Dataset dataset = data::read_dataset(source, communicator);
  DatasetDescription description;
  description.shape = dataset.shape();
  description.classes = dataset.classes();
  description.class_counts.assign(dataset.classes().size(), 0);
  dataset.labels().visit([&](auto labels) {
    for (const auto label : labels) ++description.class_counts[label];
  });
  for (std::size_t i = 0; i < dataset.trials().size(); ++i) {
    const double successes = dataset.successes()[i];
    description.class_counts[0] += static_cast<std::int64_t>(dataset.trials()[i] - successes);
    description.class_counts[1] += static_cast<std::int64_t>(successes);
  }
  communicator.sum(description.class_counts);
  description.groups = dataset.group_count();
  return description;
}

}  // namespace

InspectResult inspect(const InspectOptions& options, const comm::Communicator& communicator) {
  const comm::Phase phase(communicator, "reading the file");
  InspectResult result;
  const Content content = content_of(options.source, communicator);
  const std::string& file = options.source.files.front();
  if (content == Content::path && !options.step) {
    result.path = model::read_path(file, communicator);
    return result;
  }
  // A step of what is no path is refused there.
  if (content == Content::model || options.step) {
    result.model = model::read_model_or_step(file, options.step, communicator);
    return result;
  }
  data::Source source = options.source;
  if (content == Content::unlabelled) source.labels = std::nullopt;
  result.dataset = describe(source, communicator);
  return result;
}

}  // namespace mpilogit::scoring
