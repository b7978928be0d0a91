#include "objective/pass/shared_pass.hpp"

#include <algorithm>
#include <cstddef>

#include "comm/rank_watch.hpp"
#include "kernels/fused_pass.hpp"
#include "objective/pass/exact_pass.hpp"

namespace mpilogit::objective {

namespace {

/// Where a request's columns, sums and scalars lie among those of all.
struct Place {
  std::size_t column = 0;
  std::size_t sum = 0;
  std::size_t scalar = 0;
};

std::size_t scalar_count(const Request& request) {
  return std::visit([](const auto* asked) { return asked->scalars; }, request);
}

std::span<const core::FixedPoint> scales_of(const Request& request) {
  return std::visit([](const auto* asked) { return asked->scales; }, request);
}

std::span<const LocalBlock> blocks_of(const Request& request) {
  return std::visit([](const auto* asked) { return asked->blocks; }, request);
}

/// One pass for requests over the same blocks. Columns of the fused ones lie side by side: feature
/// j has its coefficients of all requests in one row, and a row its margins.
class SharedPass {
 public:
  SharedPass(const SharedRows& rows, std::span<const Request> requests);

  std::vector<PassResult> run();
  void add_to(ReadCount& count) const;
  /// Where the time of this pass is counted.
  double& seconds() const;

 private:
  struct Fused {
    const FusedPass* pass;
    Place place;
  };

  void add_fused(const LocalBlock& block, BlockSums out) const;
  void start_margins(const LocalBlock& block, std::size_t first, std::span<double> margins) const;
  /// One request's sums lie as its results do.
  bool alone() const { return requests_.size() == 1; }
  void hand_over(std::span<const double> sums, BlockSums out) const;
  void add_totals(const std::vector<kernels::LaneSum>& totals, BlockSums out) const;

  const SharedRows& rows_;
  std::span<const Request> requests_;
  std::vector<Place> places_;
  std::vector<Fused> fused_;
  std::size_t columns_ = 0;  // of all fused requests
  std::span<const core::FixedPoint> scales_;
  std::size_t scalars_ = 0;
  std::span<const double> coefficients_;  // features × columns_
  // Of several requests, whose numbers lie in different places; one's lie as they are wanted.
  std::vector<core::FixedPoint> all_scales_;
  std::vector<double> all_coefficients_;
};

SharedPass::SharedPass(const SharedRows& rows, std::span<const Request> requests)
    : rows_(rows), requests_(requests) {
  for (const auto& request : requests) {
    const Place place{columns_, all_scales_.size(), scalars_};
    places_.push_back(place);
    scales_ = scales_of(request);
    if (!alone()) all_scales_.insert(all_scales_.end(), scales_.begin(), scales_.end());
    scalars_ += scalar_count(request);
    if (const auto* pass = std::get_if<const FusedPass*>(&request)) {
      fused_.push_back({*pass, place});
      columns_ += (*pass)->columns;
    }
  }
  if (!alone()) scales_ = all_scales_;
  if (fused_.size() == 1) {
    coefficients_ = fused_.front().pass->coefficients.first(rows.features() * columns_);
    return;
  }
  all_coefficients_.resize(rows.features() * columns_);
  for (const auto& [pass, place] : fused_) {
    for (std::size_t j = 0; j < rows.features(); ++j) {
      std::copy_n(&pass->coefficients[j * pass->columns], pass->columns,
                  &all_coefficients_[j * columns_ + place.column]);
    }
  }
  coefficients_ = all_coefficients_;
}

// All requests are served while a block is in cache: what the largest of them reads.
void SharedPass::add_to(ReadCount& count) const {
  std::int64_t rows = 0;
  for (const auto& request : requests_) {
    rows =
        std::max(rows, std::visit([](const auto* asked) { return asked->global_rows; }, request));
  }
  ++count.reads;
  count.rows += rows;
}

double& SharedPass::seconds() const {
  if (columns_ > 0) return rows_.pass_seconds.products;
  ReadCount count;
  add_to(count);
  return count.rows > 0 ? rows_.pass_seconds.matrices : rows_.pass_seconds.lines;
}

void SharedPass::start_margins(const LocalBlock& block, std::size_t first,
                               std::span<double> margins) const {
  if (columns_ == 1 && fused_.front().pass->offsets.empty()) {
    std::fill(margins.begin(), margins.end(), fused_.front().pass->coefficients.back());
    return;
  }
  const std::size_t rows = margins.size() / columns_;
  for (const auto& [pass, place] : fused_) {
    const auto intercepts = pass->coefficients.last(pass->columns);
    const auto offsets = block.of(pass->offsets);
    for (std::size_t i = 0; i < rows; ++i) {
      double* row = &margins[i * columns_ + place.column];
      for (std::size_t k = 0; k < pass->columns; ++k) {
        row[k] = offsets.empty() ? intercepts[k] : offsets[first + i] + intercepts[k];
      }
    }
  }
}

// Cost: one read of the block's rows, 4 flops per entry and column.
void SharedPass::add_fused(const LocalBlock& block, BlockSums out) const {
  const std::size_t own_sums = rows_.features() * columns_;
  std::vector<double> shared_sums(alone() ? 0 : own_sums);
  const auto sums = alone() ? out.vector.first(own_sums) : std::span<double>(shared_sums);
  std::vector<kernels::LaneSum> totals(columns_);
  std::vector<kernels::LaneSum> scalars(scalars_);
  std::vector<double> own;  // the tile's margins of one request

  const auto transform = [&](std::size_t first, std::span<double> tile) {
    const std::size_t tile_rows = tile.size() / columns_;
    for (const auto& [pass, place] : fused_) {
      const std::size_t columns = pass->columns;
      const auto own_scalars =
          std::span<kernels::LaneSum>(scalars).subspan(place.scalar, pass->scalars);
      if (columns == columns_) {
        pass->transform(block, first, tile, own_scalars);
        continue;
      }
      own.resize(tile_rows * columns);
      for (std::size_t i = 0; i < tile_rows; ++i) {
        std::copy_n(&tile[i * columns_ + place.column], columns, &own[i * columns]);
      }
      pass->transform(block, first, own, own_scalars);
      for (std::size_t i = 0; i < tile_rows; ++i) {
        std::copy_n(&own[i * columns], columns, &tile[i * columns_ + place.column]);
      }
    }
    for (std::size_t k = 0; k < columns_; ++k) totals[k].add(tile, k, columns_);
  };
  rows_.design.for_rows(block, [&](std::size_t first, const kernels::AnyRows& rows) {
    kernels::fused_pass(
        rows, coefficients_, columns_,
        [&](std::size_t within, std::span<double> tile) {
          start_margins(block, first + within, tile);
        },
        [&](std::size_t within, std::span<double> tile) { transform(first + within, tile); }, sums);
  });
  if (!alone()) hand_over(sums, out);
  add_totals(totals, out);
  for (std::size_t s = 0; s < scalars_; ++s) out.scalars[s] += scalars[s].total();
}

void SharedPass::hand_over(std::span<const double> sums, BlockSums out) const {
  const std::size_t features = rows_.features();
  for (const auto& [pass, place] : fused_) {
    const std::size_t columns = pass->columns;
    for (std::size_t j = 0; j < features; ++j) {
      std::copy_n(&sums[j * columns_ + place.column], columns,
                  &out.vector[place.sum + j * columns]);
    }
  }
}

void SharedPass::add_totals(const std::vector<kernels::LaneSum>& totals, BlockSums out) const {
  const std::size_t features = rows_.features();
  for (const auto& [pass, place] : fused_) {
    const std::size_t columns = pass->columns;
    for (std::size_t k = 0; k < columns; ++k) {
      out.vector[place.sum + features * columns + k] = totals[place.column + k].total();
    }
  }
}

std::vector<PassResult> SharedPass::run() {
  ReadCount reads;
  add_to(reads);
  const data::Dataset* const read = reads.rows > 0 ? &rows_.design.dataset() : nullptr;
  const core::ExactVectorSum sums =
      exact_sum(read, blocks_of(requests_.front()), rows_.threads, rows_.communicator, scales_,
                scalars_, [&](const LocalBlock& block, BlockSums out) {
                  if (columns_ > 0) add_fused(block, out);
                  for (std::size_t r = 0; r < requests_.size(); ++r) {
                    const auto* sum = std::get_if<const BlockSum*>(&requests_[r]);
                    if (sum == nullptr) continue;
                    (*sum)->body(block, {out.vector.subspan(places_[r].sum, (*sum)->scales.size()),
                                         out.scalars.subspan(places_[r].scalar, (*sum)->scalars)});
                  }
                });
  std::vector<double> all(scales_.size());
  sums.vector(all);
  std::vector<PassResult> results(requests_.size());
  if (alone()) {
    results.front().vector = std::move(all);
    for (std::size_t s = 0; s < scalars_; ++s) results.front().scalars.push_back(sums.scalar(s));
    return results;
  }
  for (std::size_t r = 0; r < requests_.size(); ++r) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(places_[r].sum);
    const auto count = static_cast<std::ptrdiff_t>(scales_of(requests_[r]).size());
    results[r].vector.assign(begin, begin + count);
    for (std::size_t s = 0; s < scalar_count(requests_[r]); ++s) {
      results[r].scalars.push_back(sums.scalar(places_[r].scalar + s));
    }
  }
  return results;
}

std::vector<PassResult> run_measured(const SharedRows& rows, std::span<const Request> requests,
                                     ReadCount& count) {
  const comm::RankWatch watch(rows.communicator);
  SharedPass pass(rows, requests);
  pass.add_to(count);
  auto results = pass.run();
  pass.seconds() += watch.working();
  return results;
}

}  // namespace

std::vector<PassResult> run_together(const SharedRows& rows, std::span<const Request> requests,
                                     ReadCount& count) {
  // The same on every rank: of which blocks a rank has, one without any cannot tell.
  const auto of_all_blocks = [](const Request& request) {
    return std::visit([](const auto* asked) { return asked->all_blocks; }, request);
  };
  if (requests.size() == 1 || std::all_of(requests.begin(), requests.end(), of_all_blocks)) {
    return run_measured(rows, requests, count);
  }
  std::vector<PassResult> results;
  for (std::size_t r = 0; r < requests.size(); ++r) {
    results.push_back(std::move(run_measured(rows, requests.subspan(r, 1), count).front()));
  }
  return results;
}

}  // namespace mpilogit::objective
