#!/usr/bin/env bash
# The tests look at the widget in a real Chromium: finds one, or installs Debian's.
set -euo pipefail

for browser in chromium chromium-browser google-chrome chrome; do
  command -v "$browser" >/dev/null && exit 0
done
fail() {
  printf 'The tests need Chromium. On Debian: apt-get install chromium\n' >&2
  exit 1
}
command -v apt-get >/dev/null || fail
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)
echo "Installing Chromium"
{ "${as_root[@]}" apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -qq -y --no-install-recommends chromium; } >/dev/null || fail
