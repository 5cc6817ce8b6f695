"""All of the setting up, and nothing else: .venv/, node_modules/, static/built/. Run by `make setup`.

Each step leaves a stamp with a hash of what it was made from, and is skipped while that hash is the same.
Only the standard library: this runs before anything is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV, NODE_MODULES, BUILT = ROOT / ".venv", ROOT / "node_modules", ROOT / "static" / "built"
PYTHON = VENV / "bin" / "python"
NHSUK = NODE_MODULES / "nhsuk-frontend" / "dist" / "nhsuk"
NODE_AT_LEAST = (20, 19)  # what the sass package asks for


def main() -> None:
    """Every step in turn; a second `make` at the same time waits for the first."""
    os.chdir(ROOT)
    with open("pyproject.toml") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        step("Python packages", VENV / ".stamp", [ROOT / "requirements-dev.lock"], python_packages)
        step("Browser packages", NODE_MODULES / ".stamp", [ROOT / "package-lock.json", ROOT / ".npmrc"], node_packages)
        sources = [*(ROOT / "static" / "src").rglob("*.scss"), NODE_MODULES / ".stamp", Path(__file__)]
        step("Style sheets and scripts", BUILT / ".stamp", sources, assets)


def step(name: str, stamp: Path, sources: Iterable[Path], make: Callable[[], None]) -> None:
    """Run ``make`` unless ``stamp`` says that it ran on the same ``sources``."""
    digest = hashlib.sha256()
    for source in sorted(sources):
        digest.update(source.read_bytes())
    digest.update(str(VENV.resolve()).encode())
    if stamp.exists() and stamp.read_text() == digest.hexdigest() and PYTHON.exists():
        return
    print(f"{name} …", flush=True)
    make()
    stamp.write_text(digest.hexdigest())


def python_packages() -> None:
    """The virtual environment, from the lock with its hashes."""
    if not is_whole():
        shutil.rmtree(VENV, ignore_errors=True)
        if not works(sys.executable, "-m", "venv", VENV):
            sys.exit(f"`{sys.executable} -m venv` does not work. On Debian and Ubuntu: apt-get install python3-venv")
    pip_install("requirements-dev.lock")


def is_whole() -> bool:
    """Whether .venv works and was made here: its programs name their folder, so a copied one would use the original."""
    return works(PYTHON, "-c", "import pip") and str(VENV.resolve()) in (VENV / "bin" / "pip").read_text()


def node_packages() -> None:
    """The browser packages, from npm's lock. Package scripts do not run."""
    run(tool("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def assets() -> None:
    """The style sheet from Sass, and the design system's script."""
    BUILT.mkdir(parents=True, exist_ok=True)
    sources = [source for source in (ROOT / "static" / "src").glob("*.scss") if not source.name.startswith("_")]
    paths = [f"{source}:{BUILT / source.stem}.css" for source in sources]
    options = ["--style=compressed", "--no-source-map", "--quiet-deps", f"--load-path={NODE_MODULES}"]
    run(tool("node"), NODE_MODULES / "sass" / "sass.js", *options, *paths)
    (script,) = NHSUK.glob("nhsuk-frontend-*.min.js")
    lines = script.read_text().splitlines()
    (BUILT / "nhsuk-frontend.js").write_text("\n".join(line for line in lines if "sourceMappingURL" not in line) + "\n")


def tool(name: str) -> str:
    """The path of ``node`` or ``npm``: the machine's, or those of a wheel where it has none that is new enough."""
    if not node_is_new_enough() and not (VENV / "bin" / "node").exists():
        pip_install("requirements-node.lock")
    if (VENV / "bin" / "node").exists():
        os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
        os.environ.setdefault("NODE_OPTIONS", "--use-system-ca")  # this Node would not trust a hospital's own proxy
    return shutil.which(name) or name


def node_is_new_enough() -> bool:
    """Whether the machine has npm, and a Node that the packages run on."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    return tuple(int(part) for part in version.strip().lstrip("v").split(".")[:2] if part.isdigit()) >= NODE_AT_LEAST


def pip_install(lock: str) -> None:
    """Install what ``lock`` lists, each file checked against its hash."""
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--root-user-action=ignore"]
    run(PYTHON, "-m", "pip", "install", *quiet, "--require-hashes", "-r", lock)


def works(*command: object) -> bool:
    """Whether the command can be started and succeeds."""
    try:
        return subprocess.run([str(part) for part in command], capture_output=True).returncode == 0
    except OSError:
        return False


def run(*command: object) -> None:
    """Run the command; end the set-up, saying which, when it fails."""
    words = [str(part) for part in command]
    if subprocess.run(words, stdin=subprocess.DEVNULL).returncode != 0:
        sys.exit(f"Setting up stopped at: {' '.join(words)}")


if __name__ == "__main__":
    main()
