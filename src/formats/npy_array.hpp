#pragma once
// Arrays that numpy.save wrote.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "formats/byte_source.hpp"

namespace mpilogit::formats {

/// As numpy's own type strings have it.
struct NpyType {
  char kind = 'f';        ///< f, i, u: numbers; b: bool; S: bytes, U: text of UCS-4
  std::int64_t size = 8;  ///< bytes of an element
  bool big_endian = false;

  bool is_text() const { return kind == 'S' || kind == 'U'; }
};

/// An array of numbers, bools or text; nothing of it is in memory. Formats 1.0, 2.0 and 3.0. Arrays
/// of Python objects are pickles, which could run any code: they are refused.
class NpyArray {
 public:
  /// Reads and checks the header: no array is longer than its file.
  explicit NpyArray(std::unique_ptr<ByteSource> source);

  const std::string& name() const { return source_->name(); }
  ByteSource& bytes() { return *source_; }
  const NpyType& type() const { return type_; }
  bool fortran_order() const { return fortran_order_; }
  bool random_access() const { return source_->random_access(); }
  const std::vector<std::int64_t>& shape() const { return shape_; }
  std::int64_t elements() const { return elements_; }

  // Elements first, first + 1, … in the order in which they are stored.

  /// As they are, in this machine's byte order, bools as 0 or 1; `bytes` has room for whole
  /// elements.
  void read_raw(std::int64_t first, std::span<std::byte> bytes);
  /// Throws bad input for what is no number.
  std::vector<double> numbers(std::int64_t first, std::int64_t count);
  /// Throws bad input for what is no integer, and for those that an int64 cannot hold.
  std::vector<std::int64_t> integers(std::int64_t first, std::int64_t count);
  /// Of text; as UTF-8.
  std::vector<std::string> texts(std::int64_t first, std::int64_t count);

 private:
  void read_header();
  void parse_header(const std::string& header);
  void parse_type(const std::string& text);
  void require_whole();
  std::vector<std::byte> raw(std::int64_t first, std::int64_t count);
  [[noreturn]] void refuse(const std::string& what, const std::string& why,
                           const std::string& remedy) const;

  std::unique_ptr<ByteSource> source_;
  NpyType type_;
  bool fortran_order_ = false;
  std::vector<std::int64_t> shape_;
  std::int64_t elements_ = 1;
  std::int64_t data_begin_ = 0;
};

}  // namespace mpilogit::formats
