#!/usr/bin/env bash
# Compares ft with mlx-lm itself: installs them into .local/peers (once), then runs tests/interop.
# Not part of make test: it downloads about 200 MB. FT_PEERS_PYTHON names a Python that has them already; where it
# also has PyTorch, transformers is compared too.
set -eu
cd "$(dirname "$0")/.."
if [ -z "${FT_PEERS_PYTHON:-}" ]; then
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
  export FT_PEERS_PYTHON="$PWD/$peers/bin/python"
fi
FT_INTEROP=1 node_modules/.bin/vitest run --project interop "$@"
