"""Time to a relative gap of F: our program and its peers on the same files, taking turns.

Each program is first asked for ever tighter tolerances of its own, until the gap of its result,
measured by an evaluation of F apart from all of them, is small enough. Then those among the fastest
are timed again, in turns. Only training counts; the data is in memory before.
"""

from . import datasets, peers, plot, tables
from .objective import objective, relative_gap, stored_entries
from .ours import Layout, train
from .setting import parser, read_result, say, write_result
from .worker import PeerFailed, TimedOut, Worker

OUR_TOLERANCES = tuple(10.0 ** (-k / 2) for k in range(2, 21))
OUR_ITERATIONS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30)  # for the plot
OUR_LAYOUTS = (Layout(2, 1), Layout(1, 2))
OPTIMUM_TOLERANCE = 1e-12
CONTENDER = 1.5  # times the fastest peer's time: who is slower is not timed again
HOPELESS = 4.0   # times the fastest peer's time (at least PATIENCE): a fit is ended then
PATIENCE = 3.0   # seconds


class Contest:
    """One data set."""

    def __init__(self, spec, path, arguments):
        self.spec, self.path, self.arguments = spec, path, arguments
        self.x, self.y = datasets.read(path)
        self.l2 = spec.l2 or 1.0 / self.x.shape[0]
        record, weights, intercept = self.train(OPTIMUM_TOLERANCE, OUR_LAYOUTS[0])
        self.optimum = self.value(weights, intercept)
        self.our_optimum = self.optimum
        self.record = record
        self.fastest = {True: float("inf"), False: float("inf")}  # of peers so far: all, or judged by
        self.workers = {}

    def train(self, tolerance, layout, iterations=None):
        return train(self.arguments.build, self.path, self.l2, tolerance, layout, iterations)

    def value(self, weights, intercept):
        return objective(self.x, self.y, weights, intercept, self.l2)

    def gap(self, trial):
        return relative_gap(trial["objective"], self.optimum)

    def trial(self, tolerance, iterations=None):
        record, weights, intercept = self.train(tolerance, OUR_LAYOUTS[0], iterations)
        return {"tolerance": tolerance, "seconds": record["seconds"]["train"],
                "data_passes": record["data_passes"], "converged": record["converged"],
                "objective": self.value(weights, intercept)}

    def search_ours(self):
        """The loosest tolerance that reaches the gap, and the way there, iteration by iteration."""
        chosen = None
        for tolerance in OUR_TOLERANCES:
            trial = self.trial(tolerance)
            if self.gap(trial) <= self.arguments.gap:
                chosen = trial
                break
        trail = []
        for iterations in OUR_ITERATIONS:
            trail.append(self.trial(OPTIMUM_TOLERANCE, iterations))
            if trail[-1]["converged"]:
                break
        return {"trail": trail, "chosen": chosen, "seconds": {}}

    def search(self, peer):
        """The peer's trials, the one that reaches the gap, and if none does, why."""
        result = {"name": peer.name, "trail": [], "chosen": None, "seconds": [], "reason": None}
        dense_rows, features = self.x.shape
        result["reason"] = peer.absent() or peer.unsuitable(
            dense_rows, features, stored_entries(self.x), hasattr(self.x, "indptr"))
        if result["reason"]:
            return result
        limit = min(self.arguments.limit,
                    max(PATIENCE, HOPELESS * self.fastest[not tables.judged(peer.name)]))
        try:
            self.workers[peer.name] = Worker(peer, self.path, self.l2)
            self.climb(peer, limit, result)
        except TimedOut:
            result["reason"] = f"> {limit:.3g} s"
        except PeerFailed as failure:  # it did not even start
            result["reason"] = str(failure)
        if result["chosen"]:
            self.note_time(peer.name, result["chosen"]["seconds"])
        elif not result["reason"]:
            best = min(map(self.gap, result["trail"]))
            result["reason"] = f"gap {best:.0e} at best"
        return result

    def climb(self, peer, limit, result):
        """Tolerance after tolerance, until the gap is reached. A variant that improves no more is left."""
        for variant in peer.variants:
            best, idle = float("inf"), 0
            for tolerance in peer.tolerances:
                try:
                    trial = self.try_once(peer, tolerance, variant, limit)
                except PeerFailed as failure:
                    result["reason"] = str(failure)
                    break
                result["trail"].append(trial)
                if self.gap(trial) <= self.arguments.gap:
                    result.update(chosen=trial, reason=None)
                    return
                idle = 0 if trial["objective"] < best else idle + 1
                best = min(best, trial["objective"])
                if idle == 4:
                    break

    def try_once(self, peer, tolerance, variant, limit):
        seconds, weights, intercept = self.workers[peer.name].fit(tolerance, variant, limit)
        trial = {"tolerance": tolerance, "variant": variant, "seconds": seconds,
                 "objective": self.value(weights, intercept)}
        self.optimum = min(self.optimum, trial["objective"])
        return trial

    def note_time(self, name, seconds):
        for everybody in (True, False):
            if everybody or tables.judged(name):
                self.fastest[everybody] = min(self.fastest[everybody], seconds)

    def contenders(self, results):
        """Peers worth timing again; the others keep the one time of the search."""
        return [result for result in results if result["chosen"] and result["chosen"]["seconds"]
                <= CONTENDER * self.fastest[not tables.judged(result["name"])]]

    def take_turns(self, ours, results):
        contenders = self.contenders(results)
        for turn in range(self.arguments.repeats):
            for layout in OUR_LAYOUTS if ours["chosen"] else ():
                record, _, _ = self.train(ours["chosen"]["tolerance"], layout)
                ours["seconds"].setdefault(str(layout), []).append(record["seconds"]["train"])
            for result in contenders:
                chosen = result["chosen"]
                if turn * chosen["seconds"] > self.arguments.limit:  # the slowest take fewer turns
                    continue
                trial = self.try_once(peers.by_name(result["name"]), chosen["tolerance"],
                                      chosen["variant"], 10 * self.arguments.limit)
                result["seconds"].append(trial["seconds"])

    def close(self):
        for worker in self.workers.values():
            if worker.process.returncode is None:
                worker.close()

    def run(self):
        ours = self.search_ours()
        results = []
        for peer in peers.PEERS:
            results.append(self.search(peer))
            say(f"{self.spec.name}: {tables.describe_peer(results[-1])}")
        # What was reached is judged by the best optimum that anybody found.
        self.take_turns(ours, results)
        for trial in ours["trail"] + [trial for result in results for trial in result["trail"]]:
            trial["gap"] = self.gap(trial)
        return {
            "name": self.spec.name, "bar": self.spec.bar, "rows": self.x.shape[0],
            "features": self.x.shape[1], "storage": self.record["storage"],
            "sparse": self.record["sparse"], "l2": self.l2, "optimum": self.optimum,
            "our_optimum_gap": relative_gap(self.our_optimum, self.optimum),
            "ours": ours, "peers": results}


def add_arguments(options):
    options.add_argument("--only", nargs="*", metavar="NAME", help="only these data sets",
                         choices=[spec.name for spec in datasets.SPECS])
    options.add_argument("--gap", type=float, default=1e-6, help="relative gap to be reached")
    options.add_argument("--repeats", type=int, default=5, help="timings that the medians are of")
    options.add_argument("--limit", type=float, default=120.0, help="seconds that a peer's fit, and all repeats of one, may take")


def measure(arguments):
    """Contests of all data sets that can be had; those already measured and not asked for stay."""
    earlier = {entry["name"]: entry for entry in (read_result(arguments.build, "compare") or {}).get(
        "datasets", [])} if arguments.only else {}
    result = {"gap": arguments.gap, "repeats": arguments.repeats, "limit": arguments.limit,
              "absent": [], "datasets": []}
    for spec in datasets.SPECS:
        if arguments.only and spec.name not in arguments.only:
            continue
        path = datasets.find(spec, arguments.data, arguments.build / "bench" / "data")
        if path is None:
            result["absent"].append(spec.name)
            say(f"{spec.name}: not to be found; give its folder by --data")
            continue
        contest = Contest(spec, path, arguments)
        try:
            earlier[spec.name] = contest.run()
        finally:
            contest.close()
        result["datasets"] = [earlier[spec.name] for spec in datasets.SPECS if spec.name in earlier]
        write_result(arguments.build, "compare", result)
    return result


def main():
    options = parser(__doc__)
    add_arguments(options)
    options.add_argument("--plot", default="gap-against-time.svg", help="where the plot goes")
    arguments = options.parse_args()
    result = measure(arguments)
    print(tables.comparison(result))
    plot.gap_against_time(result, arguments.plot)


if __name__ == "__main__":
    main()
