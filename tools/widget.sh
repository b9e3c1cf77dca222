#!/usr/bin/env bash
# Builds the widget, with the Node.js of .venv: widget/dist/widget.js.
set -euo pipefail
cd "$(dirname "$0")/../widget"
export PATH=$PWD/../.venv/bin:$PATH

log=../.tools/widget.log
{ npm ci --no-audit --no-fund && npm run build; } >"$log" 2>&1 || {
  tail -n 15 "$log" >&2
  printf '\nThe widget could not be built; the lines above say why.\n' >&2
  exit 1
}
