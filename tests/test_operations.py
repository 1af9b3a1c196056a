"""The walk-through of docs/operations.md on an S3 server, executed as it stands there but for the port."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.servers import free_port
from tests.workplace import NABRA

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

OPERATIONS = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
(SECTION,) = re.findall(r"^## A warehouse on an S3 server\n(.*?)^## ", OPERATIONS, re.MULTILINE | re.DOTALL)
BLOCKS = re.findall(r"^```sh\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)
TEXT = "قال وزير المياه سامر الطيب إن المشروع سيبدأ في الربيع المقبل في كل القرى. ورحب سكان القرى بالخطوة. "


def test_a_warehouse_on_an_s3_server_is_made_and_read_as_documented(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text(TEXT * 3, encoding="utf-8")
    (seen,) = re.findall(r"`(curl .*?)`", SECTION)
    script = "\n".join(["set -e", "trap 'kill $!' EXIT", *BLOCKS, seen]).replace("9000", str(free_port()))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PREFECT_"))}
    path = f"{NABRA.parent}{os.pathsep}{kept['PATH']}"
    told = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=kept | {"PATH": path, "HOME": str(tmp_path), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert re.search(r"│ stance +│ +1 │ +1 │", told.stdout)
    assert re.search(r"cli +[│|]? *1", told.stdout)
    assert set(re.findall(r"<Key>daily/(\w+)/", told.stdout)) >= {"raw", "clean", "stances"}
    assert not (tmp_path / "warehouse").exists()
