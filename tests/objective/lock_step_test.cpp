// Problems solved side by side: the bits of each alone, in fewer passes.

#include "objective/lock_step.hpp"

#include <deque>
#include <functional>
#include <stdexcept>
#include <vector>

#include "sample_data.hpp"
#include "solvers/lbfgs.hpp"
#include "solvers/newton.hpp"
#include "support/catch.hpp"

namespace mpilogit::objective {
namespace {

constexpr std::size_t kProblems = 4;

// Every problem leaves out another quarter of the rows, has another penalty, and so takes another
// number of iterations; the last is solved by another solver.
struct Family {
  explicit Family(const comm::Communicator& world)
      : dataset(testing::distribute(testing::make_sample(400, {1.0, 3.0, 0.2}, true), world)),
        design(dataset),
        targets(targets_of(dataset)),
        rows(design, targets.weights, world, 2) {
    for (std::int64_t i = dataset.local_rows().first; i < dataset.local_rows().last; ++i) {
      part.push_back(static_cast<std::uint32_t>(i % 4));
    }
  }

  std::unique_ptr<LogisticObjective> objective(const Passes& passes, std::size_t p) const {
    return std::make_unique<LogisticObjective>(
        passes, without_part(targets, part, static_cast<std::uint32_t>(p)),
        uniform_ridge(p == 0 ? 1e-6 : 0.1 * static_cast<double>(p), 3));
  }

  static solvers::Solution solve(const LogisticObjective& objective, std::size_t p) {
    const auto monitor = [](const solvers::Progress&) { return true; };
    if (p + 1 == kProblems) return solvers::lbfgs(objective, objective.start(), {}, {}, monitor);
    return solvers::newton(objective, {objective.start()}, {}, monitor);
  }

  data::Dataset dataset;
  Design design;
  Targets targets;
  SharedRows rows;
  std::vector<std::uint32_t> part;
};

TEST_CASE("lock-step gives the bits of problems solved one by one, in fewer passes") {
  const Family family(comm::Communicator::world());
  std::vector<solvers::Solution> alone;
  std::int64_t passes_alone = 0;
  for (std::size_t p = 0; p < kProblems; ++p) {
    const DirectPasses passes(family.rows);
    const auto objective = family.objective(passes, p);
    alone.push_back(Family::solve(*objective, p));
    passes_alone += passes.data_passes();
  }

  LockStep lock_step(family.rows, kProblems);
  std::vector<std::unique_ptr<LogisticObjective>> objectives;
  std::vector<solvers::Solution> together(kProblems);
  std::vector<std::function<void()>> tasks;
  for (std::size_t p = 0; p < kProblems; ++p) {
    objectives.push_back(family.objective(lock_step.passes(p), p));
    tasks.emplace_back([&, p] { together[p] = Family::solve(*objectives[p], p); });
  }
  lock_step.run(tasks);

  for (std::size_t p = 0; p < kProblems; ++p) {
    CHECK(together[p].coefficients == alone[p].coefficients);
    CHECK(together[p].objective == alone[p].objective);
    CHECK(together[p].iterations == alone[p].iterations);
  }
  CHECK(alone[0].coefficients != alone[1].coefficients);
  CHECK(lock_step.read().data_passes(family.rows.design.rows()) < passes_alone);
}

TEST_CASE("a task that fails ends the others in order") {
  const Family family(comm::Communicator::world());
  LockStep lock_step(family.rows, 2);
  const auto first = family.objective(lock_step.passes(0), 0);
  bool finished = false;
  const std::vector<std::function<void()>> tasks = {[&] {
                                                      Family::solve(*first, 0);
                                                      finished = true;
                                                    },
                                                    [] { throw std::runtime_error("on purpose"); }};
  CHECK_THROWS_WITH(lock_step.run(tasks), "on purpose");
  CHECK(finished);
}

// Of 16 rows, which are one block, all ranks but one have none.
TEST_CASE("whether problems share a pass is the same on ranks without rows") {
  const auto world = comm::Communicator::world();
  const auto dataset = testing::distribute(testing::make_sample(16, {1.0}, false), world);
  const Design design(dataset);
  const SharedRows rows(design, {}, world, 1);
  LockStep lock_step(rows, 2);
  std::vector<double> counted(2);
  std::vector<std::function<void()>> tasks;
  for (std::size_t p = 0; p < 2; ++p) {
    tasks.emplace_back([&, p] {
      const std::vector<LocalBlock> own = rows.blocks;
      const auto count = [](const LocalBlock& block, BlockSums out) {
        out.scalars[0] = static_cast<double>(block.rows);
      };
      counted[p] = lock_step.passes(p)
                       .run(BlockSum{.blocks = own,
                                     .all_blocks = false,
                                     .global_rows = 16,
                                     .scales = {},
                                     .scalars = 1,
                                     .body = count})
                       .scalars[0];
    });
  }
  lock_step.run(tasks);
  CHECK(counted == std::vector<double>{16.0, 16.0});
  CHECK(lock_step.read().reads == 2);
}

}  // namespace
}  // namespace mpilogit::objective
