#!/usr/bin/env bash
# Makes sure that the tests find a browser: installs one where that is possible, otherwise says what will be missing.
set -euo pipefail

has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

if has_browser >/dev/null; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Chromium …"
  apt-get update -qq && apt-get install -y -qq chromium fonts-liberation >/dev/null || true
  if has_browser >/dev/null; then exit 0; fi
fi
echo "There is no Chromium here and it could not be installed, so the tests marked 'browser' cannot run." >&2
if [ "${CARECOORD_SKIP_BROWSER:-}" = 1 ]; then
  echo "CARECOORD_SKIP_BROWSER=1: going on without them." >&2
else
  echo "Install chromium, or run the others with: make test CARECOORD_SKIP_BROWSER=1" >&2
  exit 1
fi
