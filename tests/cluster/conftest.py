"""The rigs as fixtures; run by ctest, which sets the environment (tests/cmake/Tests.cmake)."""

import pathlib
import signal
import sys

import pytest
from _pytest.runner import runtestprotocol

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent / "support")]
import hosts_rig  # noqa: E402
import program  # noqa: E402
import slurm_rig  # noqa: E402

SKIPPED = 77  # ctest's word for it: SKIP_RETURN_CODE


def pytest_configure():
    # The end of a test by SIGTERM is an orderly one.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_sessionfinish(session, exitstatus):
    """What was skipped in part has not passed; what has failed has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == pytest.ExitCode.OK and "skipped" in reporter.stats:
        session.exitstatus = SKIPPED


def crashed_in_mpi_init(report):
    """Whether a rank died before the program began to read, of a fragment that came before Open MPI had
    anybody to give it to. Under srun that happens to one start in some hundreds, while the machine is busy
    (Open MPI 4.1.4 with Slurm 22.05's PMIx; https://github.com/open-mpi/ompi/issues/12495 is like it)."""
    text = report.longreprtext
    return "Failing at address: (nil)" in text and "rows x" not in text


def pytest_runtest_protocol(item, nextitem):
    """A test whose step has so crashed is run again, three times at most, and says so."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for _ in range(3):
        if not any(report.failed and crashed_in_mpi_init(report) for report in reports):
            break
        print(f"\n{item.nodeid}: Open MPI crashed in MPI_Init; again", file=sys.stderr)
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def kept(rig):
    """The rig while the tests use it. It leaves nothing behind."""
    try:
        rig.start()
        yield rig
    finally:
        rig.close()
    assert rig.processes() == []
    assert not rig.folder.exists()


@pytest.fixture(scope="session")
def slurm_of_the_session():
    slurm_rig.skip_unless_possible()
    yield from kept(slurm_rig.Slurm())


@pytest.fixture
def slurm(slurm_of_the_session):
    """A Slurm with two nodes n1 and n2, and no jobs."""
    yield slurm_of_the_session
    slurm_of_the_session.cancel_all()


@pytest.fixture(scope="session")
def hosts_of_the_session():
    hosts_rig.skip_unless_possible()
    yield from kept(hosts_rig.Hosts())


@pytest.fixture
def hosts(hosts_of_the_session):
    """Three hosts a, b and c, all connected, on which nothing runs."""
    yield hosts_of_the_session
    hosts_of_the_session.clear()


@pytest.fixture(scope="session")
def short_training(tmp_path_factory):
    """The digest that one rank's short training has."""
    return program.one_rank(tmp_path_factory.mktemp("one-rank") / "m.h5", program.SHORT)


@pytest.fixture(scope="session")
def long_training(tmp_path_factory):
    """The digest that one rank's long training has, when nobody interrupts it."""
    return program.one_rank(tmp_path_factory.mktemp("one-rank") / "m.h5", program.LONG)
