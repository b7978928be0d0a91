#include "running/provenance.hpp"

#include <cstdint>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "core/digest.hpp"
#include "model/model_file.hpp"
#include "running/data_fingerprint.hpp"

namespace mpilogit::running {

std::string sha256_of_model(const std::string& path, const comm::Communicator& communicator) {
  return comm::on_root(communicator,
                       [&] { return model::coefficients_sha256(model::read_model(path)); });
}

Provenance provenance_of(const Origin& origin, const problem::TrainingSet& set,
                         const problem::PenaltyOptions& penalty, double tolerance,
                         const std::optional<std::string>& start,
                         const comm::Communicator& communicator) {
  Provenance provenance;
  provenance.origin = origin;
  provenance.tolerance = tolerance;
  provenance.data = data_fingerprint(set, penalty, communicator);
  if (penalty.prior) {
    provenance.models.emplace_back("prior", sha256_of_model(*penalty.prior, communicator));
  }
  if (start) provenance.models.emplace_back("start", sha256_of_model(*start, communicator));
  return provenance;
}

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kKey = "provenance";
constexpr const char* kSeal = "record_sha256";
constexpr const char* kBeforeSeal = "\"record_sha256\": \"";
constexpr std::size_t kDigits = 64;

Json of_pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Json json = Json::object();
  for (const auto& [name, value] : pairs) json[name] = value;
  return json;
}

std::vector<std::pair<std::string, std::string>> pairs_in(const Json& json) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, value] : json.items()) pairs.emplace_back(name, value);
  return pairs;
}

// Where the digits of the seal begin; npos: there is none.
std::size_t place_of_seal(const std::string& text) {
  const std::size_t at = text.find(kBeforeSeal);
  return at == std::string::npos ? at : at + std::string_view(kBeforeSeal).size();
}

std::string sha256_of(const std::string& text) {
  return core::sha256(std::as_bytes(std::span(text)));
}

}  // namespace

void add_provenance(const Provenance& provenance, Json& record) {
  if (provenance.origin.command.empty()) return;
  if (!provenance.origin.note.empty()) record["note"] = provenance.origin.note;
  Json& json = record[kKey];
  json["version"] = provenance.origin.version;
  json["command"] = provenance.origin.command;
  json["files"] = provenance.origin.files;
  json["options"] = of_pairs(provenance.origin.options);
  json["tolerance"] = provenance.tolerance;
  Json parts = Json::object();
  for (const auto& [name, part] : provenance.data.parts) parts[name] = fmt::format("{:016x}", part);
  json["data_fingerprint"] = parts;
  json["models_sha256"] = of_pairs(provenance.models);
  json[kSeal] = "";
}

std::string sealed(std::string text) {
  const std::size_t at = place_of_seal(text);
  if (at == std::string::npos) return text;
  const std::string digits = sha256_of(text);
  return text.insert(at, digits);
}

bool is_as_sealed(const std::string& text) {
  const std::size_t at = place_of_seal(text);
  if (at == std::string::npos || text.size() < at + kDigits) return false;
  std::string without = text;
  without.erase(at, kDigits);
  return sha256_of(without) == text.substr(at, kDigits);
}

std::optional<Provenance> provenance_in(const Json& record) {
  if (!record.contains(kKey)) return std::nullopt;
  const Json& json = record[kKey];
  Provenance provenance;
  provenance.origin.version = json.at("version");
  provenance.origin.command = json.at("command");
  provenance.origin.files = json.at("files").get<std::vector<std::string>>();
  provenance.origin.options = pairs_in(json.at("options"));
  provenance.tolerance = json.at("tolerance");
  for (const auto& [name, part] : pairs_in(json.at("data_fingerprint"))) {
    provenance.data.parts.emplace_back(name, std::stoull(part, nullptr, 16));
  }
  provenance.models = pairs_in(json.at("models_sha256"));
  return provenance;
}

}  // namespace mpilogit::running
