#include "running/run_record.hpp"

#include "running/provenance.hpp"

namespace mpilogit::running {

namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::vector<std::string> class_names(const data::ClassSet& classes) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < classes.size(); ++k) names.push_back(classes.name(k));
  return names;
}

Json of_data(const data::Shape& shape) {
  Json json;
  json["rows"] = shape.rows;
  json["features"] = shape.features;
  json["nonzeros"] = shape.nonzeros;
  json["storage"] = shape.storage;
  json["sparse"] = shape.sparse;
  if (!shape.unused.empty()) json["unused"] = shape.unused;
  return json;
}

Json of_memory(const MemoryUse& memory) {
  return {{"peak_bytes_per_rank_max", memory.peak_per_rank_max},
          {"peak_bytes_total", memory.peak_total},
          {"shard_bytes", memory.shards},
          {"memory_budget", memory.memory_split.budget},
          {"resident_bytes", memory.memory_split.resident},
          {"streamed_bytes", memory.memory_split.streamed},
          {"bytes_read", memory.bytes_read},
          {"bytes_mapped", memory.bytes_mapped}};
}

// Not in the record that goes into the model: that is written before, and a model that is passed on
// does not name the hosts where it was trained.
void add_timing(const Timing& timing, Json& json) {
  constexpr std::size_t kMostRanks = 1000;
  if (timing.ranks.empty()) return;
  Json& told = json["timing"];
  told["slowest_rank"] = timing.slowest().rank;
  told["imbalance"] = timing.imbalance;
  for (const auto& rank : extremes(timing.ranks, kMostRanks)) {
    told["ranks"].push_back({{"rank", rank.rank},
                             {"host", rank.host},
                             {"rows", rank.rows},
                             {"seconds_read", rank.seconds_read},
                             {"seconds_compute", rank.seconds_compute},
                             {"seconds_wait", rank.seconds_wait},
                             {"seconds_disk", rank.seconds_disk},
                             {"peak_memory_bytes", rank.peak_memory_bytes}});
  }
}

std::string record_text(const Json& json) {
  return sealed(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace mpilogit::running
