#!/usr/bin/env bash
# Resolves requirements/ from pyproject.toml: versions and hashes, no download addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$(command -v uv || echo .tools/uv/bin/uv)

resolve() {
  "$uv" pip compile --quiet --universal --generate-hashes --python-version 3.12 --custom-compile-command "make lock" \
    --no-emit-package reflectiecoach-compat "$@"
}

resolve pyproject.toml --group coach --group review --group widget --group test --group bench -o requirements/dev.txt
resolve pyproject.toml --group coach -c requirements/dev.txt -o requirements/coach.txt
resolve pyproject.toml --group review -c requirements/dev.txt -o requirements/review.txt
"$uv" pip compile --quiet --universal --generate-hashes --python-version 3.9 --custom-compile-command "make lock" \
  requirements/uv.in -o requirements/uv.txt
