#include "kernels/column_frame.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "kernels/dense/widen.hpp"
#include "kernels/detail/visit_rows.hpp"
#include "kernels/sparse/loops.hpp"

namespace mpilogit::kernels {

namespace {

template <class Value>
ExactValue exact(Value value) {
  ExactValue result{widen(value), 0.0};
  if constexpr (sizeof(Value) == sizeof(std::int64_t) && std::is_integral_v<Value>) {
    // 2^63 and 2^64 themselves, which rounding may give, are in no 64-bit type.
    constexpr double kPastEnd = std::is_signed_v<Value> ? 0x1p63 : 0x1p64;
    if (result.high == kPastEnd) {
      const Value missing = std::numeric_limits<Value>::max() - value;
      result.low = -static_cast<double>(missing) - 1.0;
    } else {
      const auto rounded = static_cast<Value>(result.high);
      result.low = rounded > value ? -static_cast<double>(rounded - value)
                                   : static_cast<double>(value - rounded);
    }
  }
  return result;
}

// The stored entry of a row, or none.
template <class Value>
bool find_entry(const DenseRows<Value>& rows, std::size_t row, std::uint32_t column, Value& out) {
  out = rows.values[row * rows.features + column];
  return true;
}

template <class Value>
bool find_entry(const SparseRows<Value>& rows, std::size_t row, std::uint32_t column, Value& out) {
  const Entries<Value> found = entries(rows, row);
  std::size_t low = 0;
  std::size_t high = found.count;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (found.columns[middle] < column) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == found.count || found.columns[low] != column) return false;
  out = found.values == nullptr ? rows.common : found.values[low];
  return true;
}

template <class Rows>
ExactValue entry_at(const Rows& rows, std::size_t row, std::uint32_t column) {
  typename Rows::value_type value{};
  return find_entry(rows, row, column, value) ? exact(value) : ExactValue{};
}

// |least| … |greatest| of values of one sign.
Extremes magnitudes(const Extremes& extremes) {
  const auto negated = [](const ExactValue& value) { return ExactValue{-value.high, -value.low}; };
  if (extremes.least.high > 0.0) return extremes;
  return {negated(extremes.greatest), negated(extremes.least)};
}

// Nearest, ties to even. Exact for what a half can hold.
Half narrow_to_half(double value) {
  const double size = std::fabs(value);
  const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000U : 0U);
  constexpr double kLargest = 65504.0;
  constexpr double kSmallestNormal = 0x1p-14;
  if (size > kLargest) return {static_cast<std::uint16_t>(sign | 0x7bffU)};
  if (size < kSmallestNormal) {
    return {
        static_cast<std::uint16_t>(sign | static_cast<unsigned>(std::nearbyint(size * 0x1p24)))};
  }
  int exponent = 0;
  const double fraction = std::frexp(size, &exponent);                             // in [½, 1)
  const auto mantissa = static_cast<unsigned>(std::nearbyint(fraction * 0x1p11));  // 2^10 … 2^11
  return {static_cast<std::uint16_t>(
      sign | (static_cast<unsigned>(exponent + 14) * 1024U + mantissa - 1024U))};
}

template <class Value>
Value framed(Value value, const FramedColumn& frame) {
  if constexpr (std::is_same_v<Value, Half>) {
    return narrow_to_half(widen(value) - frame.centre);
  } else if constexpr (std::is_same_v<Value, double>) {
    return std::ldexp(value - frame.centre, -frame.exponent);
  } else if constexpr (std::is_same_v<Value, float>) {
    return static_cast<float>(static_cast<double>(value) - frame.centre);
  } else {
    const auto centre = static_cast<Value>(frame.centre);
    Value difference{};
    if (!__builtin_sub_overflow(value, centre, &difference)) return difference;
    return value < centre ? std::numeric_limits<Value>::min() : std::numeric_limits<Value>::max();
  }
}

template <class Value>
void frame_rows(const DenseRows<Value>& rows, Value* values, std::span<const FramedColumn> frames) {
  for (std::size_t i = 0; i < rows.rows; ++i, values += rows.features) {
    for (const auto& frame : frames) values[frame.column] = framed(values[frame.column], frame);
  }
}

// Entries and frames both ascend by column.
template <class Value>
void frame_rows(const SparseRows<Value>& rows, Value* values,
                std::span<const FramedColumn> frames) {
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const std::size_t begin = rows.start(i);
    const Entries<Value> found = entries(rows, i);
    std::size_t next = 0;
    for (std::size_t n = 0; n < found.count && next < frames.size(); ++n) {
      while (next < frames.size() && frames[next].column < found.columns[n]) ++next;
      if (next == frames.size() || frames[next].column != found.columns[n]) continue;
      values[begin + n] = framed(values[begin + n], frames[next]);
    }
  }
}

}  // namespace

void add_extremes(const AnyRows& rows, std::span<const double> weights,
                  std::span<ColumnExtremes> columns) {
  visit_rows(rows, [&](const auto& view) {
    for (std::size_t i = 0; i < view.rows; ++i) {
      const bool counts = weights.empty() || weights[i] > 0.0;
      for (auto& column : columns) {
        const ExactValue value = entry_at(view, i, column.column);
        column.all.add(value);
        if (counts) column.weighted.add(value);
      }
    }
  });
}

bool holds(FrameRule rule, const Extremes& extremes) {
  constexpr double kFar = 1024.0;
  if (rule == FrameRule::none || !(extremes.least <= extremes.greatest)) return false;
  if (!(extremes.least.high > 0.0) && !(extremes.greatest.high < 0.0)) return false;
  const auto [least, greatest] = magnitudes(extremes);
  if (greatest > ExactValue{2.0 * least.high, 2.0 * least.low}) return false;
  const double spread = (greatest.high - least.high) + (greatest.low - least.low);
  return rule == FrameRule::one_sign || greatest.high > kFar * spread;
}

void FrameCandidates::look_at(FrameRule rule, const AnyRows& rows, std::size_t row) {
  visit_rows(rows, [&]<class Rows>(const Rows& view) {
    if (started_) {
      for (auto& [column, extremes] : candidates_) extremes.add(entry_at(view, row, column));
      std::erase_if(candidates_, [&](const auto& c) { return !holds(rule, c.extremes); });
      return;
    }
    started_ = true;
    const auto begin = [&](std::uint32_t column, auto value) {
      Candidate candidate{column, {}};
      candidate.extremes.add(exact(value));
      if (holds(rule, candidate.extremes)) candidates_.push_back(candidate);
    };
    if constexpr (std::is_same_v<Rows, DenseRows<typename Rows::value_type>>) {
      const auto* values = view.values + row * view.features;
      for (std::size_t j = 0; j < view.features; ++j) {
        begin(static_cast<std::uint32_t>(j), values[j]);
      }
    } else {
      const auto found = entries(view, row);
      for (std::size_t n = 0; n < found.count; ++n) {
        begin(found.columns[n], found.values == nullptr ? view.common : found.values[n]);
      }
    }
  });
}

void FrameCandidates::add(FrameRule rule, const FrameCandidates& other) {
  if (!other.started_) return;
  if (!started_) {
    *this = other;
    return;
  }
  std::vector<Candidate> both;
  auto theirs = other.candidates_.begin();
  for (auto& mine : candidates_) {
    while (theirs != other.candidates_.end() && theirs->column < mine.column) ++theirs;
    if (theirs == other.candidates_.end() || theirs->column != mine.column) continue;
    mine.extremes.add(theirs->extremes.least);
    mine.extremes.add(theirs->extremes.greatest);
    if (holds(rule, mine.extremes)) both.push_back(mine);
  }
  candidates_ = std::move(both);
}

void put_in_frames(const AnyRows& rows, std::byte* values, std::span<const FramedColumn> frames) {
  visit_rows(rows, [&]<class Rows>(const Rows& view) {
    frame_rows(view, reinterpret_cast<typename Rows::value_type*>(values), frames);
  });
}

void put_in_frame(const AnyRows& type, const std::byte* value, const FramedColumn& frame,
                  std::byte* result) {
  visit_rows(type, [&]<class Rows>(const Rows&) {
    typename Rows::value_type own{};
    std::memcpy(&own, value, sizeof own);
    own = framed(own, frame);
    std::memcpy(result, &own, sizeof own);
  });
}

}  // namespace mpilogit::kernels
