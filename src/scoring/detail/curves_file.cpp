#include "scoring/detail/curves_file.hpp"

#include <limits>
#include <optional>
#include <vector>

#include "comm/agreement.hpp"
#include "core/atomic_file.hpp"
#include "hdf5/file.hpp"

namespace mpilogit::scoring {

namespace {

constexpr std::int64_t kFormatVersion = 1;

void write(const hdf5::File& file, const std::string& name, const std::vector<double>& values) {
  hdf5::write_doubles(file, name, values, {static_cast<std::int64_t>(values.size())});
}

void write_class(const hdf5::File& file, const std::string& group,
                 const statistics::Curves& curves) {
  write(file, group + "/roc/fpr", curves.roc.fpr);
  write(file, group + "/roc/tpr", curves.roc.tpr);
  write(file, group + "/roc/threshold", curves.roc.threshold);
  write(file, group + "/pr/recall", curves.pr.recall);
  write(file, group + "/pr/precision", curves.pr.precision);
  write(file, group + "/pr/threshold", curves.pr.threshold);
  write(file, group + "/histogram/edges", curves.histogram.edges);
  write(file, group + "/histogram/negatives", curves.histogram.negatives);
  write(file, group + "/histogram/positives", curves.histogram.positives);
}

void write_reliability(const hdf5::File& file,
                       const std::vector<statistics::ReliabilityBin>& bins) {
  const auto column = [&](const std::string& name, auto&& value) {
    std::vector<double> values;
    values.reserve(bins.size());
    for (const auto& bin : bins) values.push_back(value(bin));
    write(file, "reliability/" + name, values);
  };
  const auto or_nan = [](const std::optional<double>& value) {
    return value.value_or(std::numeric_limits<double>::quiet_NaN());
  };
  column("lower", [](const auto& bin) { return bin.lower; });
  column("upper", [](const auto& bin) { return bin.upper; });
  column("rows", [](const auto& bin) { return static_cast<double>(bin.rows); });
  column("weight", [](const auto& bin) { return bin.weight; });
  column("mean_predicted", [&](const auto& bin) { return or_nan(bin.mean_predicted); });
  column("observed", [&](const auto& bin) { return or_nan(bin.observed); });
}

void write_file(const core::AtomicFile& target, const model::Model& model,
                const statistics::Assessment& assessment) {
  hdf5::File file = hdf5::File::create(target);
  hdf5::write_attribute(file, "/", "format", "mpilogit curves");
  hdf5::write_attribute(file, "/", "format_version", kFormatVersion);
  hdf5::write_attribute(file, "/", "coefficients_sha256", model::coefficients_sha256(model));
  write_reliability(file, assessment.calibration.bins);
  // Of two classes there are the curves of class 1 alone.
  const std::size_t first = model.classes.size() - assessment.curves.size();
  for (std::size_t i = 0; i < assessment.curves.size(); ++i) {
    if (!assessment.curves[i]) continue;
    const std::string group = "class_" + std::to_string(first + i);
    write_class(file, group, *assessment.curves[i]);
    hdf5::write_attribute(file, group, "class", model.classes.name(first + i));
  }
  file.close();
}

}  // namespace

void write_curves(const std::string& path, const model::Model& model,
                  const statistics::Assessment& assessment,
                  const comm::Communicator& communicator) {
  comm::on_root(communicator, [&] {
    core::AtomicFile target(path);
    write_file(target, model, assessment);
    target.commit();
    return std::string();
  });
}

}  // namespace mpilogit::scoring
