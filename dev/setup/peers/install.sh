#!/usr/bin/env bash
# dev/setup/peers/install.sh [torch]: other tools, in an environment of their own in .local/peers, outside the project's
# dependencies. Installs what its locks name, by version and hash, once; prints the path of their Python.
# With torch, PyTorch too: half a gigabyte to download. FT_PEERS_PYTHON names a Python that has them already.
set -eu
cd "$(dirname "$0")/../../.."
if [ -n "${FT_PEERS_PYTHON:-}" ]; then
  printf '%s\n' "$FT_PEERS_PYTHON"
  exit
fi
peers=.local/peers
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

# install LOCK: unless that very lock is installed.
install() {
  local lock="dev/setup/peers/$1.txt" installed="$peers/.installed-$1"
  cmp -s "$lock" "$installed" && return
  echo "peers: installing $1 into $peers" >&2
  if [ "$1" = peers ]; then
    rm -rf "$peers"
    "${PYTHON:-python3}" -m venv "$peers"
  fi
  "$peers/bin/python" -m pip install --quiet --no-deps --require-hashes --requirement "$lock" >&2
  if [ "$1 $(uname -s)" = "torch Linux" ]; then "$peers/bin/python" dev/setup/peers/torch-without-cuda.py >&2; fi
  cp "$lock" "$installed"
}

install peers
for more in "$@"; do install "$more"; done
printf '%s\n' "$PWD/$peers/bin/python"
