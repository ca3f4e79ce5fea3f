#!/usr/bin/env bash
# Compares ft with mlx-lm itself: installs it into .local/peers (once), then runs tests/interop. Not part of make test:
# it downloads about 400 MB, Go among it where there is none, and trains an adapter on a real model once. Where PyTorch is
# there too (make port installs it), transformers is compared as well.
set -eu
cd "$(dirname "$0")/.."
FT_PEERS_PYTHON=$(dev/setup/peers/install.sh)
export FT_PEERS_PYTHON
case "$*" in
  "" | *share* | *ollama*)
    FT_GO=$(dev/setup/peers/go.sh)
    export FT_GO
    ;;
esac
case "$*" in
  "" | *tinker*)
    FT_TINKER_PYTHON=$(dev/setup/peers/tinker.sh)
    export FT_TINKER_PYTHON
    ;;
esac
# training takes minutes: only where all is run, or what compares it
case "$*" in
  "" | *gguf*)
    FT_GGUF_TUNED=${FT_GGUF_TUNED:-$(dev/setup/peers/tuned.sh)}
    export FT_GGUF_TUNED
    ;;
esac
FT_INTEROP=1 node_modules/.bin/vitest run --project interop "$@"
