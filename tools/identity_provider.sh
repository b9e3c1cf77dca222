#!/usr/bin/env bash
# Installs the OpenID Connect provider that the tests of the staff app sign in at: tests/review/provider/node_modules.
set -euo pipefail
cd "$(dirname "$0")/../tests/review/provider"
export PATH=$PWD/../../../.venv/bin:$PATH

log=../../../.tools/identity_provider.log
npm ci --no-audit --no-fund >"$log" 2>&1 || {
  tail -n 15 "$log" >&2
  printf '\nThe identity provider of the tests could not be installed; the lines above say why.\n' >&2
  exit 1
}
