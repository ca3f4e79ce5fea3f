#!/usr/bin/env bash
# Compares ft with mlx-lm itself: installs them into .local/peers (once), then runs tests/interop.
# Not part of make test: it downloads about 200 MB.
set -eu
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
peers=.local/peers
wanted=$(cat dev/setup/locks/peers.txt)
if [ ! -f "$peers/.installed" ] || [ "$(cat "$peers/.installed")" != "$wanted" ]; then
  echo "interop: installing the peers into $peers"
  rm -rf "$peers"
  "$python" -m venv "$peers"
  "$peers/bin/python" -m pip install --quiet --disable-pip-version-check -r dev/setup/locks/peers.txt
  printf '%s\n' "$wanted" >"$peers/.installed"
fi
FT_INTEROP=1 FT_PEERS_PYTHON="$PWD/$peers/bin/python" node_modules/.bin/vitest run --project interop "$@"
