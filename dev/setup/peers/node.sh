#!/usr/bin/env bash
# dev/setup/peers/node.sh: node-llama-cpp, with the build of llama.cpp for this machine's processor, into
# .local/peers-node, outside the project's dependencies. Once; prints the folder. Without its optional packages, which
# are builds for other machines and cards: 700 MB.
set -eu
cd "$(dirname "$0")/../../.."
peers=.local/peers-node
version=3.21.1
case "$(uname -sm)" in
  "Linux x86_64") build=linux-x64 ;;
  "Linux aarch64") build=linux-arm64 ;;
  "Darwin arm64") build=mac-arm64-metal ;;
  "Darwin x86_64") build=mac-x64 ;;
  *) echo "peers: there is no build of llama.cpp for $(uname -sm)" >&2; exit 1 ;;
esac
if [ "$(cat "$peers/.installed" 2>/dev/null)" != "$version $build" ]; then
  echo "peers: installing node-llama-cpp $version into $peers" >&2
  rm -rf "$peers"
  mkdir -p "$peers"
  npm install --prefix "$peers" --ignore-scripts --omit=optional --no-audit --no-fund --silent \
    "node-llama-cpp@$version" "@node-llama-cpp/$build@$version" >&2
  echo "$version $build" >"$peers/.installed"
fi
printf '%s\n' "$PWD/$peers"
