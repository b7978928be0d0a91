#include "cli/options/table_arguments.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "formats/text_stream.hpp"

namespace mpilogit::cli {

namespace {

constexpr std::int64_t kMostBuckets = std::int64_t{1} << 30;

// "age, 'years, of school',": names between commas, with quotes where a name holds one.
std::vector<std::string> split_names(const std::string& list) {
  std::vector<std::string> names(1);
  char quote = '\0';
  for (const char c : list) {
    if (quote != '\0' && c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '\'' || c == '"') && names.back().empty()) {
      quote = c;
    } else if (quote == '\0' && c == ',') {
      names.emplace_back();
    } else if (quote != '\0' || c != ' ' || !names.back().empty()) {
      names.back() += c;
    }
  }
  for (auto& name : names) name.erase(name.find_last_not_of(' ') + 1);
  return names;
}

std::vector<std::string> names_from(const Arguments& arguments, const char* option) {
  const auto list = arguments.text_if_given(option);
  if (!list) return {};
  std::vector<std::string> names = split_names(*list);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) {
      refuse_usage(&arguments.command(),
                   fmt::format("--{} is '{}': a name is empty", option, *list));
    }
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i)) {
      refuse_usage(&arguments.command(), fmt::format("--{} names '{}' twice", option, names[i]));
    }
  }
  return names;
}

char character(const Arguments& arguments, const char* option, const std::string& text) {
  const bool plain = text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 &&
                     text[0] != '\n' && text[0] != '\r' && text[0] != '\0';
  if (plain) return text[0];
  refuse_usage(&arguments.command(), fmt::format("--{} is '{}', not one character", option, text));
}

char delimiter_from(const Arguments& arguments) {
  const std::string text = arguments.text("delimiter");
  if (text == "auto") return '\0';
  if (text == "tab" || text == "\\t") return '\t';
  const char delimiter = character(arguments, "delimiter", text);
  if (delimiter != ' ') return delimiter;
  refuse_usage(&arguments.command(),
               "--delimiter is a space, of which there may be several "
               "between fields");
}

char quote_from(const Arguments& arguments) {
  const std::string text = arguments.text("quote");
  return text == "none" ? '\0' : character(arguments, "quote", text);
}

formats::Missing missing_from(const Arguments& arguments) {
  using enum formats::Missing;
  return arguments.choice<formats::Missing>("missing",
                                            {{"error", error}, {"drop", drop}, {"mean", mean}});
}

formats::DropLevel drop_level_from(const Arguments& arguments) {
  using enum formats::DropLevel;
  return arguments.choice<formats::DropLevel>(
      "drop-level", {{"first", first}, {"most-frequent", most_frequent}, {"none", none}});
}

// The empty field never has a value.
std::vector<std::string> missing_texts_from(const Arguments& arguments) {
  std::vector<std::string> texts = split_names(arguments.text("missing-values"));
  if (std::find(texts.begin(), texts.end(), "") == texts.end()) texts.insert(texts.begin(), "");
  return texts;
}

}  // namespace

formats::TextSource text_source_from(const Arguments& arguments, std::vector<std::string> files) {
  formats::TextSource source;
  source.paths = std::move(files);
  source.delimiter = delimiter_from(arguments);
  source.quote = quote_from(arguments);
  source.header = !arguments.flag("no-header");
  if (source.delimiter != '\0' && source.delimiter == source.quote) {
    refuse_usage(&arguments.command(), "--delimiter and --quote are the same");
  }
  return source;
}

formats::TableOptions table_options_from(const Arguments& arguments) {
  arguments.refuse_together("label", "no-label");
  arguments.refuse_together("columns", "ignore");
  if (!arguments.given("label") && !arguments.flag("no-label")) {
    refuse_usage(&arguments.command(),
                 "--label NAME is missing: the column of the labels; --no-label if there is none");
  }
  formats::TableOptions options;
  options.label = arguments.text_if_given("label");
  options.weights = arguments.text_if_given("weights");
  options.columns = names_from(arguments, "columns");
  options.ignored = names_from(arguments, "ignore");
  options.categorical = names_from(arguments, "categorical");
  options.dates = names_from(arguments, "dates");
  options.hashed = names_from(arguments, "hash");
  options.buckets = arguments.integer("buckets", 1, kMostBuckets);
  options.max_categories = arguments.integer("max-categories", 1);
  options.missing = missing_from(arguments);
  options.missing_texts = missing_texts_from(arguments);
  options.drop_level = drop_level_from(arguments);
  return options;
}

std::optional<scoring::RawOptions> raw_options_from(const Arguments& arguments,
                                                    const std::vector<std::string>& files,
                                                    const comm::Communicator& communicator) {
  const bool raw = scoring::are_raw_tables(files, communicator);
  scoring::RawOptions options;
  comm::together(communicator, [&] {
    for (const auto* option : {"features", "offsets", "io", "trials", "by"}) {
      if (!raw || !arguments.given(option)) continue;
      refuse_usage(&arguments.command(),
                   fmt::format("--{} has no effect: {} is no HDF5 file", option, files.front()));
    }
    if (!raw && arguments.given("unseen")) {
      refuse_usage(&arguments.command(),
                   "--unseen has no effect: it is for tables, whose categories are encoded");
    }
    options.unseen = arguments.choice<formats::Unseen>(
        "unseen", {{"error", formats::Unseen::error}, {"baseline", formats::Unseen::baseline}});
    options.label = arguments.text_if_given("labels");
    options.weights = arguments.text_if_given("weights");
  });
  return raw ? std::optional(options) : std::nullopt;
}

void tell(const scoring::RawTableResult& result, const Output& output) {
  if (!result.unused_columns.empty()) {
    std::string names;
    for (const auto& name : result.unused_columns) names += (names.empty() ? "" : ", ") + name;
    output.remark("columns that the model does not use: " + names);
  }
  for (const auto& [column, count] : result.unseen) {
    output.warning(
        fmt::format("column '{}' has {} fields with categories that the model does not "
                    "know; they count as its baseline",
                    column, grouped(count)));
  }
  if (result.dropped > 0) {
    output.warning(
        fmt::format("{} rows were left out for values that are missing", grouped(result.dropped)));
  }
}

void refuse_tables(const std::vector<std::string>& files, const comm::Communicator& communicator) {
  comm::on_root(communicator, [&] {
    for (const auto& file : files) {
      const std::string what = formats::text_form(file);
      if (what.empty()) continue;
      throw core::bad_input({.what = fmt::format("is {}, not HDF5", what),
                             .where = file,
                             .why = {},
                             .remedy = "Import it: mpilogit import csv " + file +
                                       " --label NAME --output FILE.h5 (or import libsvm)"});
    }
    return std::string();
  });
}

}  // namespace mpilogit::cli
