"""Our end of a peer's process (peer_worker.py)."""

import json
import os
import select
import signal
import subprocess
import sys
import time

from .setting import CORES

LOADING_SECONDS = 300


class TimedOut(Exception):
    pass


class PeerFailed(Exception):
    pass


class Worker:
    """Starts the process, which leads a group of its own: what it starts ends with it."""

    def __init__(self, peer, path, l2):
        threads = {f"{name}_NUM_THREADS": str(CORES) for name in ("OMP", "OPENBLAS", "MKL")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mpilogit_bench.peer_worker", peer.name, str(path), repr(l2)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True, env={**os.environ, **threads})
        self.pending = b""
        self.answer(LOADING_SECONDS)

    def fit(self, tolerance, variant, limit):
        """Seconds, coefficients, intercept. Throws TimedOut (the process is then gone) or PeerFailed."""
        request = json.dumps({"tolerance": tolerance, "variant": variant}) + "\n"
        self.process.stdin.write(request.encode())
        self.process.stdin.flush()
        answer = self.answer(limit)
        if "error" in answer:
            raise PeerFailed(answer["error"])
        return answer["seconds"], answer["coefficients"], answer["intercept"]

    def answer(self, limit):
        end = time.monotonic() + limit
        stdout = self.process.stdout.fileno()
        while b"\n" not in self.pending:
            ready, _, _ = select.select([stdout], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                self.close()
                raise TimedOut
            received = os.read(stdout, 1 << 20)
            if not received:
                self.close()
                raise PeerFailed("its process ended by itself")
            self.pending += received
        line, self.pending = self.pending.split(b"\n", 1)
        return json.loads(line)

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
