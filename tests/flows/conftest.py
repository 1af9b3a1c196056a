from pathlib import Path

import pytest
from tests.flows.small_warehouse import small_warehouse

from tasks.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return small_warehouse(tmp_path)
