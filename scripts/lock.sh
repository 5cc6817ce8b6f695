#!/usr/bin/env bash
# Writes the lock files: every version pinned, every file with its hash, no address of an index.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links "$@"
}
compile pyproject.toml --output-file requirements.lock
compile pyproject.toml --group dev --output-file requirements-dev.lock
compile --group node --output-file requirements-node.lock
npm install --package-lock-only --ignore-scripts
