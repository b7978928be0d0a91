#include "formats/text_marks.hpp"

#include <algorithm>
#include <array>
#include <bit>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "formats/text_marks.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Bytes = hn::CappedTag<std::uint8_t, 64>;

constexpr std::size_t kWordBytes = 64;  // a bit per byte
constexpr std::size_t kStretchWords = 64;
constexpr std::size_t kStretchBytes = kStretchWords * kWordBytes;

/// A bit per byte of a stretch of text.
struct Bits {
  std::array<std::uint64_t, kStretchWords> ends;
  std::array<std::uint64_t, kStretchWords> quotes;
};

/// The words of bits are read in a second loop: a word that is read just after its parts were
/// stored waits for them.
HWY_INLINE bool compare(const std::uint8_t* text, std::size_t words, char delimiter, char quote,
                        Bits& bits) {
  const Bytes d;
  const std::size_t lanes = hn::Lanes(d);
  const auto delimiters = hn::Set(d, static_cast<std::uint8_t>(delimiter));
  const auto newlines = hn::Set(d, std::uint8_t{'\n'});
  const auto quotes = hn::Set(d, static_cast<std::uint8_t>(quote));
  auto* ends = reinterpret_cast<std::uint8_t*>(bits.ends.data());
  auto* quoted = reinterpret_cast<std::uint8_t*>(bits.quotes.data());
  auto least = hn::Set(d, std::uint8_t{255});
  for (std::size_t i = 0; i < words * kWordBytes; i += lanes) {
    const auto bytes = hn::LoadU(d, text + i);
    least = hn::Min(least, bytes);
    hn::StoreMaskBits(d, hn::Or(hn::Eq(bytes, delimiters), hn::Eq(bytes, newlines)), ends + i / 8);
    hn::StoreMaskBits(d, hn::Eq(bytes, quotes), quoted + i / 8);
  }
  return !hn::AllFalse(d, hn::Eq(least, hn::Zero(d)));
}

/// Bit i becomes the parity of the bits up to i.
HWY_INLINE std::uint64_t parities(std::uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

MarkFindings find_marks(const char* text, std::size_t size, char delimiter, char quote,
                        std::uint32_t* marks) {
  MarkFindings findings;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text);
  std::uint32_t* mark = marks;
  std::uint64_t inside = 0;    // all bits: the last byte was inside of quotes
  std::uint64_t may_open = 1;  // the last byte was a mark or a quote
  std::uint64_t odd = 0;
  std::uint64_t any_quotes = 0;
  Bits bits;
  for (std::size_t start = 0; start < size; start += kStretchBytes) {
    const std::size_t length = std::min(kStretchBytes, size - start);
    const std::size_t words = (length + kWordBytes - 1) / kWordBytes;
    findings.zeros |= compare(bytes + start, words, delimiter, quote, bits);
    if (length % kWordBytes != 0) {
      const std::uint64_t there = (std::uint64_t{1} << length % kWordBytes) - 1;
      bits.ends[words - 1] &= there;
      bits.quotes[words - 1] &= there;
    }
    for (std::size_t word = 0; word < words; ++word) {
      const std::uint64_t quotes = quote == '\0' ? 0 : bits.quotes[word];
      std::uint64_t here = inside;
      if (quotes != 0) {
        here ^= parities(quotes);
        inside = std::uint64_t{0} - (here >> 63);
        any_quotes |= quotes;
      }
      std::uint64_t ends = bits.ends[word] & ~here;
      const std::uint64_t before = (ends | quotes) << 1 | may_open;
      odd |= quotes & here & ~before;
      may_open = (ends | quotes) >> 63;
      const auto base = static_cast<std::uint32_t>(start + word * kWordBytes);
      for (; ends != 0; ends &= ends - 1) {
        *mark++ = base + static_cast<std::uint32_t>(std::countr_zero(ends));
      }
    }
  }
  findings.marks = static_cast<std::size_t>(mark - marks);
  findings.inside_quotes = inside != 0;
  findings.quotes = any_quotes != 0;
  findings.odd_quotes = odd != 0;
  return findings;
}

/// Counts that fit into bytes are kept in vectors for up to 255 rounds.
CharacterCounts count_characters(const char* text, std::size_t size, char quote) {
  const Bytes d;
  const hn::Repartition<std::uint64_t, Bytes> wide;
  const std::size_t lanes = hn::Lanes(d);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text);
  const auto wanted = hn::Set(d, static_cast<std::uint8_t>(quote));
  const auto newline = hn::Set(d, std::uint8_t{'\n'});
  const auto one = hn::Set(d, std::uint8_t{1});
  CharacterCounts counts;
  std::size_t i = 0;
  while (i + lanes <= size) {
    auto quotes = hn::Zero(d);
    auto newlines = hn::Zero(d);
    for (int round = 0; round < 255 && i + lanes <= size; ++round, i += lanes) {
      const auto part = hn::LoadU(d, bytes + i);
      quotes = hn::Add(quotes, hn::IfThenElseZero(hn::Eq(part, wanted), one));
      newlines = hn::Add(newlines, hn::IfThenElseZero(hn::Eq(part, newline), one));
    }
    counts.quotes +=
        static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(wide, hn::SumsOf8(quotes))));
    counts.newlines +=
        static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(wide, hn::SumsOf8(newlines))));
  }
  for (; i < size; ++i) {
    counts.quotes += text[i] == quote ? 1 : 0;
    counts.newlines += text[i] == '\n' ? 1 : 0;
  }
  return counts;
}

}  // namespace mpilogit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mpilogit::kernels {

HWY_EXPORT(find_marks);
HWY_EXPORT(count_characters);

MarkFindings find_marks(std::span<const char> text, char delimiter, char quote,
                        std::uint32_t* marks) {
  return HWY_DYNAMIC_DISPATCH(find_marks)(text.data(), text.size(), delimiter, quote, marks);
}

CharacterCounts count_characters(std::span<const char> text, char quote) {
  return HWY_DYNAMIC_DISPATCH(count_characters)(text.data(), text.size(), quote);
}

}  // namespace mpilogit::kernels
#endif
