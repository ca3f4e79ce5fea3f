#!/usr/bin/env bash
# dev/setup/peers/tuned.sh: prints the folder of an adapter on builtin/smollm2, for comparisons of a model that learned
# something: the one that make quick trained, else one of 20 steps that it trains into .local/tuned, in minutes, once.
set -eu
cd "$(dirname "$0")/../../.."
for tuned in .local/quick .local/tuned; do
  if [ -s "$tuned/final_model/adapters.safetensors" ]; then
    printf '%s\n' "$PWD/$tuned"
    exit
  fi
done
echo "peers: training an adapter into $tuned" >&2
dev/real.sh smollm2 >&2
rm -rf "$tuned"
node dist/cli/main.js train start --config configs/quick-smollm2.yaml --output "$tuned" --iters 20 >&2
printf '%s\n' "$PWD/$tuned"
