#include "comm/agreement.hpp"
#include "data/features/readers.hpp"

namespace mpilogit::data {

std::unique_ptr<DenseShard> read_dense(const Access& access, const Metadata& metadata, Range rows,
                                       FeatureScan& scan) {
  const std::int64_t features = metadata.shape.features;
  std::unique_ptr<DenseShard> shard;
  comm::together(access.communicator, [&] {
    shard = std::make_unique<DenseShard>(metadata.storage, rows.size(), features);
  });
  for_each_file(access, metadata, rows, [&](FilePart& part) {
    std::byte* out =
        shard->values() + DenseShard::needed_bytes(metadata.storage, part.position(), features);
    part.read_slices(part.metadata().values, metadata.storage, out, [&](Range slice, int worker) {
      const Range local{part.position() + slice.first, part.position() + slice.last};
      scan.look(shard->view(local), rows.first + local.first, worker);
    });
  });
  return shard;
}

}  // namespace mpilogit::data
