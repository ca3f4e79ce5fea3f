#!/usr/bin/env bash
# What an NVIDIA GPU has to show: operations, parity with other tools, and a training run, all on it. Where it cannot be used,
# says why, runs nothing and ends well.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export FT_BACKEND=cuda

ft() { node --import tsx src/cli/main.ts "$@"; }

if ! found=$(ft info --json 2>&1); then
  printf 'test-cuda: SKIPPED, ft info failed: %s\n' "$found"
  exit 0
fi
backend=$(printf '%s' "$found" | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).backend')
if [ "$backend" != cuda ]; then
  reason=$(printf '%s' "$found" | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).backendReason')
  printf 'test-cuda: SKIPPED, nothing was run: %s\n' "$reason"
  exit 0
fi
ft info
# Tests of the addon alone load it by its file, whatever the backend.
FT_ADDON="$PWD/build/Release/ft_native_cuda.node" node_modules/.bin/vitest run --project native --project parity
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
FT_HOME="$folder/home" ft train start builtin/tiny general-instructions --iters 20 --output "$folder/run"
FT_HOME="$folder/home" ft verify "$folder/run/final_model"
printf 'test-cuda: operations, parity and a training run passed on the GPU\n'
