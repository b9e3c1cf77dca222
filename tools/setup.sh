#!/usr/bin/env bash
# Makes .venv: finds or fetches uv and a Python, installs what requirements/ locks, and tries the Dutch spaCy model.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=requirements/dev.txt
private=.tools
log=$private/setup.log
mkdir -p "$private"

fail() {
  printf '\nSet-up stopped: %s\n' "$1" >&2
  exit 1
}

# Runs a command quietly; where it fails, its last lines and then what to do.
attempt() {
  local advice=$1
  shift
  "$@" >"$log" 2>&1 && return
  tail -n 5 "$log" >&2
  fail "$advice"
}

find_uv() {
  command -v uv && return
  [ -x "$private/uv/bin/uv" ] && echo "$private/uv/bin/uv" && return
  command -v python3 >/dev/null || fail "no Python 3 found. On Debian or Ubuntu: apt-get install python3 python3-venv"
  python3 -m venv "$private/uv" >"$log" 2>&1 ||
    { rm -rf "$private/uv"; fail "Python cannot make an environment. On Debian or Ubuntu: apt-get install python3-venv"; }
  attempt "uv could not be fetched from the package index; is there a network?" \
    "$private/uv/bin/python" -m pip install --quiet --require-hashes -r requirements/uv.txt
  echo "$private/uv/bin/uv"
}

fits() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] not in {(3, 12), (3, 13)})' 2>/dev/null; }

# A pyenv shim can be on the path and answer "command not found", so each candidate is run once.
find_python() {
  local candidate
  for candidate in python3.12 python3.13 python3 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[23].*/bin/python3; do
    candidate=$(command -v "$candidate") && fits "$candidate" && echo "$candidate" && return
  done
  UV_HTTP_RETRIES=0 timeout 120 "$uv" python install --quiet 3.12 >"$log" 2>&1 || true
  "$uv" python find --quiet --managed-python 3.12 2>/dev/null ||
    fail "Python 3.12 or 3.13 is needed and could not be fetched. Install it (Ubuntu 24.04, Debian 13: apt-get install python3 python3-venv) and run this again."
}

uv=$(find_uv)
if ! { [ -x .venv/bin/python ] && fits .venv/bin/python; }; then
  python=$(find_python)
  echo "Making .venv with $("$python" --version)"
  attempt "the environment could not be made in .venv." "$uv" venv --quiet --clear --python "$python" .venv
fi

export VIRTUAL_ENV=$PWD/.venv
echo "Installing what $requirements locks"
attempt "the packages could not be installed; is there a network?" \
  "$uv" pip sync --quiet --require-hashes "$requirements"
attempt "compat/ could not be installed." \
  "$uv" pip install --quiet --no-deps --reinstall ./compat

# The Dutch model stands on spaCy's release page only, which some networks cannot reach: a wheel that somebody put in
# models/ is taken first; otherwise try shortly, and go on without.
model=nl_core_news_sm-3.8.0
wheel=$model-py3-none-any.whl
hash=sha256=a76978477821f213ca76a46c686df1b1d41462905d4868bc53eac086adca8b7e
if [ -e "models/$wheel" ]; then
  attempt "models/$wheel could not be installed; fetch it anew, or remove it." \
    "$uv" pip install --quiet --no-deps "file://$PWD/models/$wheel#$hash"
  echo "Dutch spaCy model: $model from models/"
elif UV_HTTP_RETRIES=0 timeout 30 "$uv" pip install --quiet --no-deps \
  "https://github.com/explosion/spacy-models/releases/download/$model/$wheel#$hash" >"$log" 2>&1; then
  echo "Dutch spaCy model: $model"
else
  echo "Dutch spaCy model: $model could not be fetched; going on with the blank Dutch pipeline (README, \"The Dutch spaCy model\")"
fi
