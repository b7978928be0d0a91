import pytest

from launching import Launcher, Machine, RealJobs


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path / "tools")


@pytest.fixture
def launcher(machine):
    return Launcher(machine)


@pytest.fixture
def jobs(tmp_path):
    jobs = RealJobs(tmp_path)
    yield jobs
    jobs.clear()
