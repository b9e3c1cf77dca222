#!/usr/bin/env bash
# Installs what checks the app package of Teams, and the emulator of Teams that the tests talk to: tools/teams/node_modules.
set -euo pipefail
cd "$(dirname "$0")/teams"
export PATH=$PWD/../../.venv/bin:$PATH

log=../../.tools/teams.log
npm ci --no-audit --no-fund >"$log" 2>&1 || {
  tail -n 15 "$log" >&2
  printf '\nThe tools for Teams could not be installed; the lines above say why.\n' >&2
  exit 1
}
