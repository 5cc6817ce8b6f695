#!/usr/bin/env bash
# Linters and types. Stops at the first that complains.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
random_key() { python -c 'import secrets; print(secrets.token_urlsafe(64))'; }
say() { printf '%s … ' "$1"; shift; "$@"; }

say "ruff" ruff check
say "ruff format" ruff format --check
say "mypy" mypy
say "djlint" djlint --lint --quiet templates
say "words" python scripts/check_words.py
say "import-linter" lint-imports --cache-dir .venv/cache/imports
CARECOORD_MODE=test say "migrations" python manage.py makemigrations --check --dry-run
say "check --deploy" env CARECOORD_MODE=production SECRET_KEY="$(random_key)" AUDIT_ANCHOR_KEY="$(random_key)" \
  CARECOORD_ENCRYPTION_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(32))')" \
  DATABASE_URL=postgresql://cc_app@db/carecoord REDIS_URL=redis://queue ALLOWED_HOSTS=carecoord.example \
  python manage.py check --deploy --fail-level WARNING
