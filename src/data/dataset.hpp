#pragma once
// A data set spread over the ranks: every rank holds the rows of its blocks, nobody holds all.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/function_ref.hpp"
#include "data/column_numbers.hpp"
#include "data/labels.hpp"
#include "data/partition.hpp"
#include "kernels/column_frame.hpp"
#include "kernels/column_statistics.hpp"
#include "kernels/polynomial.hpp"
#include "kernels/rows.hpp"

namespace mpilogit::data {

/// How the ranks read: see docs/io.md, also for what `automatic` chooses and why.
enum class ReadMode { automatic, collective, independent, posix };

inline constexpr std::int64_t kMostNamedGroups = 10'000;

/// How much memory there is, and what the work on the data will take of it besides. What is left
/// keeps rows in memory; the others are read again in every pass.
struct MemoryPlan {
  std::optional<std::int64_t>
      of_host;               ///< bytes for all ranks of it; nullopt: what the job may use
  std::int64_t per_row = 0;  ///< bytes of a row
  std::int64_t per_row_and_column = 0;  ///< for each column of coefficients that labels ask for
  std::int64_t per_coefficient = 0;
  bool matrices = false;              ///< Hessian matrices
  kernels::PolynomialShape products;  ///< that coefficients are of; its features are the data's
};

/// What to read. Names are paths inside each HDF5 file.
struct Source {
  std::vector<std::string> files;  ///< one data set: rows one after the other
  std::string features = "X";
  std::optional<std::string> labels = "y";  ///< nullopt: do not read labels
  std::optional<std::string> trials;        ///< then `labels` are counts of successes among so many
  std::optional<std::string> weights;       ///< sample weights; must exist if named
  std::optional<std::string> offsets;       ///< added to every margin; must exist if named
  std::optional<std::string> groups;        ///< integers or strings: rows that belong together
  bool group_names =
      false;  ///< keep the groups' values: then there may be at most kMostNamedGroups
  ReadMode mode = ReadMode::automatic;
  bool column_bounds = true;    ///< false: nothing is kept for each column, which may be many
  bool allow_external = false;  ///< virtual data sets may have parts in other folders
  MemoryPlan memory;
  /// Which columns are brought nearer to zero. Unless `none`, weights and columns of doubles of
  /// extreme size also become moderate: products of `memory.products.degree` factors are doubles.
  kernels::FrameRule frames = kernels::FrameRule::none;
};

/// The same on every rank.
struct Shape {
  std::int64_t rows = 0;
  std::int64_t features = 0;
  std::int64_t nonzeros = 0;  ///< stored entries (dense: rows × features)
  bool sparse = false;
  std::string storage;  ///< "float32", "uint8", "float16", "bool", …: type of X as stored
  std::vector<std::string> feature_names;  ///< empty when the files hold none
  std::string schema;  ///< of the raw table that was imported (formats/schema.hpp), or empty
  ColumnNumbers column_numbers;     ///< of the LIBSVM text that was imported
  std::vector<std::string> unused;  ///< `weights`, `offsets`, `trials` beside X that nobody named

  Blocks blocks() const { return {rows, features}; }
};

/// One rank's rows in memory, in the type that the file stores. Implemented by DenseShard and
/// SparseShard inside this room; users see views.
class FeatureRows;

/// One rank's rows that stay in their files. Implemented inside this room; users see a
/// BlockStream.
class StreamedRows;

// How they come there, likewise.
class FeatureScan;
struct FrameSearch;
struct Access;
struct Metadata;
struct RankShare;
struct StreamPlan;

/// What of the data set is in memory, in bytes, the same on every rank.
struct MemorySplit {
  std::int64_t budget = 0;    ///< that each host may take, the least of all hosts
  std::int64_t resident = 0;  ///< on all ranks, with columns and buffers
  std::int64_t streamed = 0;  ///< on all ranks, read in a pass over all rows
};

/// What a rank has read in passes so far; no result depends on it.
struct StreamUse {
  std::int64_t bytes_read = 0;
  std::int64_t bytes_mapped = 0;  ///< of these, looked at in the page cache and not copied
  double seconds_waited = 0.0;    ///< for rows to come, all threads together
};

/// Rows of this rank, resident or streamed, plus what is global. Immutable once read.
class Dataset {
 public:
  Dataset();
  ~Dataset();
  Dataset(Dataset&&) noexcept;
  Dataset& operator=(Dataset&&) noexcept;

  const Shape& shape() const { return shape_; }
  /// Whether rows count successes among trials: the same on every rank, also where one has no rows.
  bool aggregated() const { return aggregated_; }
  /// Empty when labels were not read; {0, 1} when they are counts of successes.
  const ClassSet& classes() const { return classes_; }

  Range local_blocks() const { return local_blocks_; }
  Range local_rows() const { return local_rows_; }

  /// Rows of global block `block`, which must be local and resident. Cost: O(1), nothing is copied.
  kernels::AnyRows block(std::int64_t block) const;
  /// Rows of this rank, resident and counted from its first. Likewise.
  kernels::AnyRows rows(Range local) const;

  /// Whether some rank's rows do not all stay in memory: then passes go through a BlockStream, and
  /// the ranks agree on the errors of reading. The same on every rank.
  bool streams() const { return streams_; }
  const MemorySplit& memory_split() const { return memory_split_; }
  /// Of this rank.
  StreamUse stream_use() const;
  /// Of those who have read it.
  const comm::Communicator& communicator() const { return *communicator_; }

  /// Index of each local row's class in `classes()`. Empty when labels were not read, and when they
  /// are counts of successes.
  const ClassIndices& labels() const { return labels_; }
  /// Of aggregated (binomial) data, whole numbers with 0 ≤ successes ≤ trials: row i stands for
  /// successes_i rows of class 1 and trials_i − successes_i of class 0. Empty unless the source
  /// names trials.
  std::span<const double> successes() const { return successes_; }
  std::span<const double> trials() const { return trials_; }
  /// Local rows; empty when not named in the source.
  std::span<const double> weights() const { return weights_; }
  /// In the files they are 2^this times as large: 0 but for weights of extreme size, and unless the
  /// source asks for frames.
  int weight_exponent() const { return weight_exponent_; }
  std::span<const double> offsets() const { return offsets_; }

  /// Index of each local row's group among all groups, in ascending order of their values; empty
  /// when not named in the source.
  std::span<const std::uint32_t> groups() const { return groups_; }
  std::int64_t group_count() const { return group_count_; }  ///< over all ranks
  /// The groups' values, the same on every rank; empty unless the source asks for them.
  const ClassSet& group_names() const { return group_names_; }

  /// Columns that rows have in a frame, x′ = (x − centre) · 2^−exponent, ascending; most often
  /// none. The same on every rank.
  std::span<const kernels::FramedColumn> frames() const { return frames_; }

  /// max_i |x_ij| over the rows of all ranks (features), of columns as rows have them; the same on
  /// every rank; empty where the source wants no column bounds.
  std::span<const double> largest_absolute() const { return largest_absolute_; }

  /// Over the rows of all ranks, the same on every rank.
  const kernels::NonZeros& non_zeros() const { return non_zeros_; }

  std::int64_t resident_bytes() const;

 private:
  friend class BlockStream;
  friend Dataset read_dataset(const Source& source, const comm::Communicator& communicator,
                              int threads);

  void read_rows(const Access& access, const Metadata& metadata, const RankShare& share,
                 const StreamPlan& plan, const Source& source);
  void look_at_streamed_rows(FeatureScan& scan, int threads);
  void for_streamed_rows(int threads,
                         core::FunctionRef<void(const kernels::AnyRows&, std::int64_t, int)> body);
  void settle_weights(const Source& source);
  void put_in_frames(const FrameSearch& search, const FeatureScan& scan, int threads);

  std::optional<comm::Communicator> communicator_;
  Shape shape_;
  bool aggregated_ = false;
  ClassSet classes_;
  Range local_blocks_;
  Range local_rows_;
  std::unique_ptr<FeatureRows> rows_;  // the first ones
  std::int64_t resident_rows_ = 0;
  std::unique_ptr<StreamedRows> streamed_;  // those after them; null: none
  bool streams_ = false;
  MemorySplit memory_split_;
  ClassIndices labels_;
  std::vector<kernels::FramedColumn> frames_;
  std::vector<double> largest_absolute_;
  kernels::NonZeros non_zeros_;
  std::vector<double> successes_;
  std::vector<double> trials_;
  std::vector<double> weights_;
  int weight_exponent_ = 0;
  std::vector<double> offsets_;
  std::vector<std::uint32_t> groups_;
  std::int64_t group_count_ = 0;
  ClassSet group_names_;
};

/// Collective. Reads every rank's own rows and validates everything: shapes agree, values are
/// finite, sparse structure is sound, weights and trials are not negative and not all 0, successes
/// are among the trials, there is at least one row and one feature. (How many classes a model can
/// use is not this room's business.)
/// Metadata is read once, on rank 0, and broadcast. Throws the same core::Error on all ranks,
/// before anything large is allocated wherever the metadata can tell. `threads` of each rank read
/// and validate together; they change nothing of what is read.
Dataset read_dataset(const Source& source, const comm::Communicator& communicator, int threads = 1);

/// Collective. One number per feature from the 1-D data set `name` of `file`, for penalties and
/// bounds: floats or integers, ±∞ too. Read on the root, broadcast. Throws bad input, the same on
/// all ranks, if there is a NaN or another count of numbers.
std::vector<double> read_feature_values(const std::string& file, const std::string& name,
                                        std::int64_t features,
                                        const comm::Communicator& communicator);

}  // namespace mpilogit::data
