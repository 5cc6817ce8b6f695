"""``python -m tests.faults [name …]``: those faults, or all of them, at full size; ``faults.json`` keeps the rest."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from carecoord.environment import BASE_DIR

HERE = Path(__file__).parent


def known(folder: Path = HERE) -> dict[str, Path]:
    """Every fault by its name: ``test_pooler_rls.py`` is ``pooler-rls``."""
    files = sorted(folder.glob("test_*.py"))
    return {file.stem.removeprefix("test_").replace("_", "-"): file for file in files}


def main(names: Sequence[str], *, folder: Path = HERE, results: Path = BASE_DIR / "faults.json") -> int:
    """Run the faults and return the exit status: 0 when nothing was found wrong, 2 for a name that there is not."""
    faults = known(folder)
    if missing := [name for name in names if name not in faults]:
        print(f"There is no fault {', '.join(missing)}. The faults are: {', '.join(faults)}.", file=sys.stderr)
        return 2
    chosen = [str(faults[name]) for name in names or faults]
    asked_for = [f"--faults-asked={name}" for name in names]
    shown = ["-q", "-rE", "--no-header", "--tb=short", "--show-capture=no"]
    settled = [f"--rootdir={BASE_DIR}", "-c", str(BASE_DIR / "pyproject.toml")]
    command = [sys.executable, "-m", "pytest", *shown, *settled, "--faults-full", f"--faults-json={results}"]
    # Beside another run of the tests: the browser's plugin empties its folder when it starts.
    with TemporaryDirectory() as own:
        apart = ["-o", f"cache_dir={own}/cache", f"--output={own}/browser"]
        return subprocess.call([*command, *apart, *asked_for, *chosen], cwd=BASE_DIR)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
