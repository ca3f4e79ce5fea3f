#!/usr/bin/env bash
# dev/setup/peers/tinker.sh: Tinker's own client, in an environment of its own in .local/peers-tinker: it wants other
# versions than the other peers. Installs what its lock names, by version and hash, once; prints the path of its Python.
# FT_TINKER_PYTHON names a Python that has it already.
set -eu
cd "$(dirname "$0")/../../.."
if [ -n "${FT_TINKER_PYTHON:-}" ]; then
  printf '%s\n' "$FT_TINKER_PYTHON"
  exit
fi
peers=.local/peers-tinker
lock=dev/setup/peers/tinker.txt
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
if ! cmp -s "$lock" "$peers/.installed"; then
  echo "peers: installing Tinker's client into $peers" >&2
  rm -rf "$peers"
  "${PYTHON:-python3}" -m venv "$peers"
  "$peers/bin/python" -m pip install --quiet --no-deps --require-hashes --requirement "$lock" >&2
  cp "$lock" "$peers/.installed"
fi
printf '%s\n' "$PWD/$peers/bin/python"
