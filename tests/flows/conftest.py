from pathlib import Path

import pytest

from tasks.store import Store
from tests.flows.small_warehouse import small_warehouse


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return small_warehouse(tmp_path)
