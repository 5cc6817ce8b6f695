#!/usr/bin/env bash
# Linters and types, all at once. Says what each found, in this order; fails when one complains.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
random_key() { python -c 'import secrets; print(secrets.token_urlsafe(64))'; }

said=$(mktemp -d)
names=() jobs=()
end() {
  for job in "${jobs[@]}"; do kill "$job" 2>/dev/null || true; done # those that still run, when somebody stops us
  rm -rf "$said"
}
trap end EXIT
begin() {
  names+=("$1")
  "${@:2}" >"$said/$1" 2>&1 &
  jobs+=($!)
}

begin "mypy" mypy # the longest
begin "words" python scripts/check_words.py
begin "ruff" ruff check
begin "ruff format" ruff format --check
begin "djlint" djlint --lint --quiet templates
begin "import-linter" lint-imports --cache-dir .venv/cache/imports
begin "migrations" env CARECOORD_MODE=test python manage.py makemigrations --check --dry-run
begin "check --deploy" env CARECOORD_MODE=production SECRET_KEY="$(random_key)" AUDIT_ANCHOR_KEY="$(random_key)" \
  CARECOORD_ENCRYPTION_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(32))')" \
  DATABASE_URL=postgresql://cc_app@db/carecoord REDIS_URL=redis://queue ALLOWED_HOSTS=carecoord.example \
  python manage.py check --deploy --fail-level WARNING

failed=()
for nth in "${!jobs[@]}"; do
  wait "${jobs[nth]}" || failed+=("${names[nth]}")
  printf '%s … ' "${names[nth]}"
  cat "$said/${names[nth]}"
done
[ ${#failed[@]} -eq 0 ] || { printf 'Complained:'; printf ' %s,' "${failed[@]}" | sed 's/,$/.\n/'; exit 1; }
