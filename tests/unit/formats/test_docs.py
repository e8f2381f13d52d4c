"""docs/formats.md names every format, suffix and problem."""

import re
from pathlib import Path

import pytest

from lavimo.formats import FORMATS
from lavimo.motion import faults

PAGE = (Path(__file__).parents[3] / "docs/formats.md").read_text()


@pytest.mark.parametrize("row", FORMATS.values(), ids=list(FORMATS))
def test_every_format_has_its_row(row):
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{row.name}` |"))
    cells = [cell.strip() for cell in line.split("|")]
    assert all(f"`{suffix}`" in cells[2] for suffix in row.suffixes)
    assert cells[4] == ("yes" if row.can_write else "no")


def test_every_problem_is_explained():
    source = Path(faults.__file__).read_text()
    kinds = set(re.findall(r'Fault\(\s*"([a-z-]+)"', source))
    assert len(kinds) == 5
    assert all(f"| `{kind}` |" in PAGE for kind in kinds)
