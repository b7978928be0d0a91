// Telling JSON that this program wrote from other JSON.

#include "running/own_records.hpp"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

namespace mpilogit::running {

namespace {

using Json = nlohmann::json;

/// Gathers the keys of the outermost object, and the text of its "format", as far as the text goes.
class OutermostKeys : public nlohmann::json_sax<Json> {
 public:
  const std::set<std::string>& keys() const { return keys_; }
  const std::string& format() const { return format_; }

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& value) override {
    if (depth_ == 1 && key_ == "format") format_ = value;
    return true;
  }
  bool binary(binary_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*elements*/) override {
    ++depth_;
    return true;
  }
  bool key(string_t& name) override {
    if (depth_ == 1) keys_.insert(key_ = name);
    return true;
  }
  bool end_object() override { return --depth_ > 0; }
  bool start_array(std::size_t /*elements*/) override { return depth_++ > 0; }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(std::size_t /*position*/, const std::string& /*last*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return false;
  }

 private:
  int depth_ = 0;
  std::string key_;
  std::string format_;
  std::set<std::string> keys_;
};

}  // namespace

// Where the beginning is cut off, the parser stops: what was found before it counts.
bool is_record(std::string_view beginning) {
  OutermostKeys found;
  static_cast<void>(Json::sax_parse(beginning, &found));
  const auto has = [&](const char* key) { return found.keys().contains(key); };
  if (found.format().starts_with("mpilogit ")) return true;
  if (has("event") && has("time") && has("run")) return true;
  if (has("model_objective") && has("model_features")) return true;
  return has("rows") && has("features") && (has("nonzeros") || has("class_names"));
}

}  // namespace mpilogit::running
