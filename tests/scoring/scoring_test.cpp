// predict, evaluate and inspect against plain loops over the same rows.

#include "scoring/scoring.hpp"

#include <cmath>
#include <functional>

#include "core/error.hpp"
#include "kernels/instruction_set.hpp"
#include "model/model_file.hpp"
#include "model/path_file.hpp"
#include "scoring/evaluate.hpp"
#include "scoring/inspect.hpp"
#include "scoring/predict.hpp"
#include "support/catch.hpp"
#include "support/test_folder.hpp"

namespace mpilogit::scoring {
namespace {

constexpr std::size_t kRows = 700;
constexpr std::size_t kFeatures = 3;

double entry(std::size_t row, std::size_t feature) {
  return std::sin(static_cast<double>(7 * row + 3 * feature));
}

std::string write_data(const testing::Folder& folder, const comm::Communicator& world) {
  return comm::on_root(world, [&] {
    std::vector<double> x;
    std::vector<std::int64_t> y;
    std::vector<std::int64_t> trials;
    std::vector<double> offsets;
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t j = 0; j < kFeatures; ++j) x.push_back(entry(i, j));
      y.push_back(static_cast<std::int64_t>(i % 3));
      trials.push_back(static_cast<std::int64_t>(i % 3 + i % 2));
      offsets.push_back(0.25 * static_cast<double>(i % 5));
    }
    const std::string path = folder.file("data.h5");
    hdf5::File file = hdf5::File::create(path);
    hdf5::write_doubles(file, "X", x, {kRows, kFeatures});
    hdf5::write_integers(file, "y", y, {kRows});
    hdf5::write_integers(file, "t", trials, {kRows});
    hdf5::write_doubles(file, "o", offsets, {kRows});
    hdf5::write_strings(file, "feature_names", std::vector<std::string>{"a", "b", "c"},
                        {kFeatures});
    file.close();
    return path;
  });
}

data::Source source_of(const std::string& path) {
  data::Source source;
  source.files = {path};
  return source;
}

// `rows` rows of coefficients on the 9 products of up to two features.
model::Model make_model(const std::string& objective, std::size_t classes, std::size_t rows) {
  model::Model model;
  model.objective = objective;
  for (std::size_t k = 0; k < classes; ++k) {
    model.classes.numbers.push_back(static_cast<std::int64_t>(k));
  }
  model.expansion = {kFeatures, 2, false};
  model.features = 9;
  model.feature_names = {"a", "b", "c", "a^2", "a:b", "a:c", "b^2", "b:c", "c^2"};
  model.data_feature_names = {"a", "b", "c"};
  for (std::size_t i = 0; i < 9 * rows; ++i) {
    model.coefficients.push_back(std::cos(static_cast<double>(i)));
  }
  for (std::size_t r = 0; r < rows; ++r) model.intercept.push_back(0.1 * static_cast<double>(r));
  return model;
}

// In the order of the columns, as the kernels promise: the same bits.
std::vector<double> plain_margins(const model::Model& model, std::size_t row) {
  std::vector<double> x;
  for (std::size_t j = 0; j < kFeatures; ++j) x.push_back(entry(row, j));
  for (std::size_t a = 0; a < kFeatures && model.features == 9; ++a) {
    for (std::size_t b = a; b < kFeatures; ++b) x.push_back(entry(row, a) * entry(row, b));
  }
  std::vector<double> margins;
  for (std::size_t r = 0; r < model.intercept.size(); ++r) {
    double margin = model.intercept[r];
    for (std::size_t j = 0; j < x.size(); ++j) {
      const double coefficient = model.coefficients[r * x.size() + j];
      margin = kernels::fuses_products() ? std::fma(coefficient, x[j], margin)
                                         : margin + coefficient * x[j];
    }
    margins.push_back(margin);
  }
  return margins;
}

std::vector<double> all_margins(const model::Model& model) {
  std::vector<double> all;
  for (std::size_t i = 0; i < kRows; ++i) {
    const auto margins = plain_margins(model, i);
    all.insert(all.end(), margins.begin(), margins.end());
  }
  return all;
}

std::string refusal(const std::function<void()>& work) {
  try {
    work();
    return "";
  } catch (const core::Error& error) {
    CHECK(error.agreed());
    CHECK(error.code() == core::ExitCode::bad_input);
    return error.what();
  }
}

TEST_CASE("margins of expanded features have the bits of the plain loop") {
  const auto world = comm::Communicator::world();
  const testing::Folder folder(world);
  const data::Dataset dataset = data::read_dataset(source_of(write_data(folder, world)), world);
  model::Model linear = make_model(model::kSoftmax, 3, 3);
  linear.expansion.degree = 1;
  linear.features = 3;
  linear.coefficients.resize(9);
  for (const auto& model : {make_model(model::kSoftmax, 3, 3), make_model(model::kSoftmax, 3, 2),
                            make_model(model::kLogistic, 2, 1), linear}) {
    for (const int threads : {1, 3}) {
      const std::vector<double> mine = margins(model, dataset, threads);
      const auto columns = model.rows();
      REQUIRE(static_cast<std::int64_t>(mine.size()) == dataset.local_rows().size() * columns);
      const std::vector<double> all = all_margins(model);
      CHECK(
          std::equal(mine.begin(), mine.end(), all.begin() + dataset.local_rows().first * columns));
    }
  }
}

TEST_CASE("what three classes predict") {
  const auto world = comm::Communicator::world();
  const testing::Folder folder(world);
  PredictOptions options;
  options.source = source_of(write_data(folder, world));
  options.model_path = folder.file("model.h5");
  options.output_path = folder.file("predictions.h5");
  for (const auto& [objective, rows] :
       {std::pair{model::kSoftmax, 3}, std::pair{model::kSoftmax, 2},
        std::pair{model::kOneVsRest, 3}}) {
    CAPTURE(objective, rows);
    const model::Model model = make_model(objective, 3, static_cast<std::size_t>(rows));
    if (world.is_root()) model::write_model(options.model_path, model);
    const PredictResult result = predict(options, world);
    const hdf5::File file = hdf5::File::open(options.output_path);
    CHECK(hdf5::dimensions(file, "probability") == std::vector<std::int64_t>{kRows, 3});
    CHECK(hdf5::read_strings(file, "probability_of") == std::vector<std::string>{"0", "1", "2"});
    std::vector<double> expected(3 * kRows);
    const std::vector<double> margins = all_margins(model);
    statistics::class_probabilities(score_shape(model), margins, expected);
    CHECK(hdf5::read_doubles(file, "probability") == expected);
    std::vector<std::int64_t> labels;
    std::vector<std::int64_t> counts(3);
    for (std::size_t i = 0; i < kRows; ++i) {
      const auto first = expected.begin() + static_cast<std::ptrdiff_t>(3 * i);
      labels.push_back(std::max_element(first, first + 3) - first);
      ++counts[static_cast<std::size_t>(labels.back())];
    }
    CHECK(hdf5::read_integers(file, "label") == labels);
    CHECK(result.predicted == counts);
    world.barrier();
  }
}

TEST_CASE("two classes predict one column") {
  const auto world = comm::Communicator::world();
  const testing::Folder folder(world);
  PredictOptions options;
  options.source = source_of(write_data(folder, world));
  options.source.offsets = "o";
  options.model_path = folder.file("model.h5");
  options.output_path = folder.file("predictions.h5");
  const model::Model model = make_model(model::kLogistic, 2, 1);
  if (world.is_root()) model::write_model(options.model_path, model);
  const PredictResult result = predict(options, world);
  const hdf5::File file = hdf5::File::open(options.output_path);
  const std::vector<double> probability = hdf5::read_doubles(file, "probability");
  REQUIRE(probability.size() == kRows);
  std::int64_t positives = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    const double margin = plain_margins(model, i)[0] + 0.25 * static_cast<double>(i % 5);
    CHECK(probability[i] == Approx(1.0 / (1.0 + std::exp(-margin))).epsilon(1e-13));
    if (margin > 0.0) ++positives;
  }
  CHECK(result.predicted == std::vector<std::int64_t>{std::int64_t{kRows} - positives, positives});
  CHECK(hdf5::read_text_attribute(file, "/", "probability_of") == "1");
}

TEST_CASE("evaluate sees all classes") {
  const auto world = comm::Communicator::world();
  const testing::Folder folder(world);
  EvaluateOptions options;
  options.source = source_of(write_data(folder, world));
  options.model_path = folder.file("model.h5");
  const model::Model three = make_model(model::kSoftmax, 3, 3);
  if (world.is_root()) model::write_model(options.model_path, three);
  const EvaluateResult result = evaluate(options, world);
  double loss = 0.0;
  for (std::size_t i = 0; i < kRows; ++i) {
    const auto z = plain_margins(three, i);
    loss += std::log(std::exp(z[0]) + std::exp(z[1]) + std::exp(z[2])) - z[i % 3];
  }
  CHECK(result.metrics.log_loss == Approx(loss / kRows).epsilon(1e-13));
  CHECK(result.metrics.rows == std::int64_t{kRows});
  CHECK(result.metrics.roc_auc.has_value());
}

TEST_CASE("evaluate counts trials") {
  const auto world = comm::Communicator::world();
  const testing::Folder folder(world);
  EvaluateOptions options;
  options.source = source_of(write_data(folder, world));
  options.source.trials = "t";
  options.model_path = folder.file("model.h5");
  if (world.is_root()) {
    model::write_model(options.model_path, make_model(model::kSoftmax, 3, 3));
  }
  CHECK_THAT(refusal([&] { evaluate(options, world); }), testing::contains("has 3 classes"));
  const model::Model two = make_model(model::kLogistic, 2, 1);
  world.barrier();
  if (world.is_root()) model::write_model(options.model_path, two);
  const EvaluateResult aggregated = evaluate(options, world);
  double total = 0.0;
  double loss = 0.0;
  for (std::size_t i = 0; i < kRows; ++i) {
    const double z = plain_margins(two, i)[0];
    loss += static_cast<double>(i % 3) * std::log1p(std::exp(-z)) +
            static_cast<double>(i % 2) * std::log1p(std::exp(z));
    total += static_cast<double>(i % 3 + i % 2);
  }
  CHECK(aggregated.metrics.log_loss == Approx(loss / total).epsilon(1e-13));
}

// Step 0 has nothing but zeros, step 1 is `model`.
model::Path two_steps(const model::Model& model) {
  model::Path path;
  path.model = model;
  path.lambda = path.l1 = path.l2 = path.objective = path.deviance_explained = {2.0, 1.0};
  path.nonzeros = path.data_passes = {0, 27};
  path.coefficients.assign(27, 0.0);
  path.coefficients.insert(path.coefficients.end(), model.coefficients.begin(),
                           model.coefficients.end());
  path.intercept = {0.0, 0.0, 0.0};
  path.intercept.insert(path.intercept.end(), model.intercept.begin(), model.intercept.end());
  return path;
}

TEST_CASE("evaluate and inspect take a step of a path") {
  const auto world = comm::Communicator::world();
  const testing::Folder folder(world);
  const model::Model three = make_model(model::kSoftmax, 3, 3);
  EvaluateOptions options;
  options.source = source_of(write_data(folder, world));
  options.model_path = folder.file("model.h5");
  if (world.is_root()) {
    model::write_model(options.model_path, three);
    model::write_path(folder.file("path.h5"), two_steps(three));
  }
  const double expected = evaluate(options, world).metrics.log_loss;
  options.model_path = folder.file("path.h5");
  CHECK_THAT(refusal([&] { evaluate(options, world); }), testing::contains("steps 0 to 1"));
  options.step = 0;
  CHECK(evaluate(options, world).metrics.log_loss == Approx(std::log(3.0)).epsilon(1e-14));
  options.step = 1;
  CHECK(evaluate(options, world).metrics.log_loss == expected);

  InspectOptions inspection;
  inspection.source = source_of(options.model_path);
  const InspectResult inspected = inspect(inspection, world);
  REQUIRE(inspected.path.has_value());
  CHECK_FALSE(inspected.model.has_value());
  CHECK(inspected.path->steps() == 2);
  inspection.step = 1;
  CHECK(inspect(inspection, world).model->coefficients == three.coefficients);
}

TEST_CASE("inspect counts classes, trials and groups") {
  const auto world = comm::Communicator::world();
  const testing::Folder folder(world);
  InspectOptions options;
  options.source = source_of(write_data(folder, world));
  options.source.groups = "t";
  const InspectResult classes = inspect(options, world);
  CHECK(classes.dataset->class_counts == std::vector<std::int64_t>{234, 233, 233});
  CHECK(classes.dataset->groups == 4);
  options.source.trials = "t";
  const InspectResult trials = inspect(options, world);
  CHECK(trials.dataset->class_counts == std::vector<std::int64_t>{350, 699});
  CHECK_FALSE(trials.path.has_value());
}

TEST_CASE("data that does not fit the model is refused") {
  const auto world = comm::Communicator::world();
  const testing::Folder folder(world);
  EvaluateOptions options;
  options.source = source_of(write_data(folder, world));
  options.model_path = folder.file("model.h5");
  const auto refused = [&](const model::Model& model, const std::string& part) {
    world.barrier();
    if (world.is_root()) model::write_model(options.model_path, model);
    CHECK_THAT(refusal([&] { evaluate(options, world); }), testing::contains(part));
  };
  model::Model other = make_model(model::kSoftmax, 3, 3);
  other.data_feature_names[1] = "z";
  refused(other, "in the model " + options.model_path + " it is 'z'");
  model::Model narrow = make_model(model::kSoftmax, 3, 3);
  narrow.expansion = {2, 2, false};
  narrow.features = 5;
  narrow.feature_names.clear();
  narrow.data_feature_names.clear();
  narrow.coefficients.resize(15);
  refused(narrow, "was trained on 2");
  refused(make_model(model::kLogistic, 2, 1), "label '2' is none of the model's");
  options.source.offsets = "o";
  refused(make_model(model::kSoftmax, 3, 3), "offsets are given for a model of 3 classes");
}

}  // namespace
}  // namespace mpilogit::scoring
