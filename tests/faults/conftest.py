import os
from pathlib import Path

import pytest

from tests.faults import process, shim


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    before = os.umask(0o077)
    try:
        return process.prepare(tmp_path_factory.mktemp("template") / "data")
    finally:
        os.umask(before)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shim.build(tmp_path_factory.mktemp("shim"))


@pytest.fixture
def data_dir(template: Path, tmp_path: Path) -> Path:
    return process.copy_of(template, tmp_path / "data")


@pytest.fixture
def disk(library: Path, data_dir: Path) -> shim.Disk:
    return shim.disk(library, data_dir)
