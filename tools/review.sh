#!/usr/bin/env bash
# Installs what the pages of the staff app load and no Python package has, with the Node.js of .venv: review/node_modules.
set -euo pipefail
cd "$(dirname "$0")/../review"
export PATH=$PWD/../.venv/bin:$PATH

log=../.tools/review.log
npm ci --no-audit --no-fund >"$log" 2>&1 || {
  tail -n 15 "$log" >&2
  printf '\nThe scripts of the staff app could not be installed; the lines above say why.\n' >&2
  exit 1
}
