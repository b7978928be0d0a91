// Matrices stored by columns or in any order, by rows: in one batch or in many.

#include "importing/npy/npy_entries.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "support/catch.hpp"

namespace importing = mpilogit::importing;
namespace formats = mpilogit::formats;

namespace {

/// What numpy.save would write of a vector of int64.
class SavedVector final : public formats::ByteSource {
 public:
  explicit SavedVector(const std::vector<std::int64_t>& values) : text_("\x93NUMPY\x01", 7) {
    const std::string header = "{'descr': '<i8', 'fortran_order': False, 'shape': (" +
                               std::to_string(values.size()) + ",), }";
    text_ += '\0';
    text_ += static_cast<char>(header.size());
    text_ += '\0';
    text_ += header;
    text_.append(reinterpret_cast<const char*>(values.data()), 8 * values.size());
  }
  std::int64_t size() const override { return std::ssize(text_); }
  const std::string& name() const override { return name_; }
  bool random_access() const override { return true; }
  void read(std::int64_t offset, std::span<std::byte> bytes) override {
    std::memcpy(bytes.data(), text_.data() + offset, bytes.size());
  }

 private:
  std::string text_;
  std::string name_ = "vector";
};

formats::NpyArray saved(const std::vector<std::int64_t>& values) {
  return formats::NpyArray(std::make_unique<SavedVector>(values));
}

/// "row: column=value ..." of every row, and the numbers of rows that were handed on at a time.
struct Gathered {
  std::string text;
  std::vector<std::int64_t> batches;
};

Gathered gathered(importing::EntriesByRow& by_row) {
  Gathered all;
  const auto add = [&](std::int64_t first_row, const importing::SparseRows& part) {
    all.batches.push_back(std::ssize(part.starts) - 1);
    for (std::size_t i = 0; i + 1 < part.starts.size(); ++i) {
      all.text += std::to_string(first_row + static_cast<std::int64_t>(i)) + ":";
      for (auto k = part.starts[i]; k < part.starts[i + 1]; ++k) {
        std::int64_t value = 0;
        std::memcpy(&value, part.values.data() + 8 * k, sizeof value);
        all.text += " " + std::to_string(part.columns[static_cast<std::size_t>(k)]) + "=" +
                    std::to_string(value);
      }
      all.text += "\n";
    }
  };
  while (by_row.gather(add) > 0) {
  }
  return all;
}

// Entries 10, 11, … of 5 rows: row 1 has none, (3, 1) is there three times.
importing::NpyEntries coordinates() {
  return {5,
          4,
          saved({10, 11, 12, 13, 14, 15, 16}),
          saved({3, 0, 3, 4, 2, 3, 0}),
          std::make_unique<formats::NpyArray>(saved({1, 3, 1, 0, 2, 1, 0})),
          nullptr};
}

}  // namespace

TEST_CASE("entries in any order are the same in batches of any size, and once more") {
  importing::NpyEntries matrix = coordinates();
  // Rows of 2, 0, 1, 3 and 1 entries.
  using Passes = std::pair<std::int64_t, std::int64_t>;
  for (const auto& [batch, passes] :
       {Passes{1, 4}, Passes{2, 4}, Passes{3, 3}, Passes{4, 2}, Passes{6, 2}, Passes{7, 1}}) {
    importing::EntriesByRow by_row(matrix, {0, 5}, batch);
    while (by_row.count() > 0) {
    }
    for (int time = 0; time < 2; ++time) {
      const Gathered all = gathered(by_row);
      CHECK(all.text == "0: 0=16 3=11\n1:\n2: 2=14\n3: 1=37\n4: 0=13\n");
      CHECK(std::ssize(all.batches) == by_row.passes());
      by_row.rewind();
    }
    CHECK(by_row.passes() == passes);
  }
}

TEST_CASE("a rank has its own rows alone, which may be none") {
  importing::NpyEntries matrix = coordinates();
  importing::EntriesByRow some(matrix, {1, 3});
  while (some.count() > 0) {
  }
  CHECK(gathered(some).text == "1:\n2: 2=14\n");
  importing::EntriesByRow none(matrix, {5, 5});
  while (none.count() > 0) {
  }
  CHECK(gathered(none).batches.empty());
}

TEST_CASE("columns without entries, also the last ones") {
  importing::NpyEntries matrix{2,
                               6,
                               saved({1, 2, 3}),
                               saved({1, 0, 1}),
                               nullptr,
                               std::make_unique<formats::NpyArray>(saved({0, 0, 2, 2, 3, 3, 3}))};
  importing::EntriesByRow by_row(matrix, {0, 2}, 1);
  while (by_row.count() > 0) {
  }
  CHECK(gathered(by_row).text == "0: 1=2\n1: 1=1 3=3\n");
}
