"""What the stories of operators share."""

import os
from pathlib import Path

import pytest

from tests.deploy.bare import make_bare


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a bare Debian 12 that has fetched the packages, and installed none of them."""
    if os.geteuid() != 0:
        pytest.skip("a system of its own needs root")
    return make_bare(tmp_path_factory.mktemp("bare") / "root")
