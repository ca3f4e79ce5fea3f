#!/usr/bin/env bash
# Makes build/Release/ft_native_cuda.node: the addon's own objects, linked against the official libmlx for CUDA 13. Nothing
# is compiled again, since both libmlx have the same headers, which is looked at. Run after native.sh.
# FT_CUDA=1: also where no GPU is found (to link on another machine).  FT_CUDA=0: never.
# Unless said: on Linux (x86_64) where nvidia-smi finds a GPU and a driver that is new enough. Else it does nothing.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/fetch.sh"
cd "$root"

readonly oldest_driver=580
output="$root/build/Release/ft_native_cuda.node"
site="$local_dir/libmlx-cuda"

wanted() {
  case "${FT_CUDA:-}" in
    0) return 1 ;;
    1) [ "$(uname -sm)" = "Linux x86_64" ] || fail "CUDA is for Linux on x86_64, this is $(uname -sm)"; return 0 ;;
  esac
  [ "$(uname -sm)" = "Linux x86_64" ] && command -v nvidia-smi >/dev/null || return 1
  local driver
  driver=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null | head -n 1) || return 1
  case "$driver" in [0-9]*) ;; *) return 1 ;; esac
  if [ "${driver%%.*}" -lt "$oldest_driver" ]; then
    say "a GPU is here, and its driver $driver is older than $oldest_driver: without CUDA"
    return 1
  fi
}

fetch_cuda() {
  local lock="$locks/mlx-cuda.txt" stamp
  stamp=$(checksum "$lock")
  [ "$(cat "$site/.lock" 2>/dev/null)" = "$stamp" ] && return
  say "fetching libmlx for CUDA and NVIDIA's libraries: about 2 GB"
  rm -rf "$site.part"
  python -m pip install --quiet --no-deps --require-hashes --only-binary=:all: --target "$site.part" \
    --requirement "$lock" || fail "libmlx for CUDA could not be fetched; FT_CUDA=0 does without"
  printf '%s\n' "$stamp" >"$site.part/.lock"
  rm -rf "$site"
  mv "$site.part" "$site"
}

same_headers() {
  diff -rq "$local_dir/libmlx/mlx/include/mlx" "$site/mlx/include/mlx" >/dev/null
}

link_addon() {
  local objects stamp openblas="$local_dir/openblas/scipy_openblas32/lib"
  stamp=$(checksum build/Release/ft_native.node "$locks/mlx-cuda.txt" dev/setup/cuda.sh)
  [ -f "$output" ] && [ "$(cat "$output.inputs" 2>/dev/null)" = "$stamp" ] && return
  same_headers || fail "the headers of libmlx for CUDA are others than those that the addon was compiled with"
  objects=$(find build/native/CMakeFiles/ft_native.dir -name '*.o')
  [ -n "$objects" ] || fail "the addon's objects are gone: rm -r build/Release && ./setup.sh native"
  # shellcheck disable=SC2016,SC2086
  "${CXX:-c++}" -shared -o "$output.part" $objects "$site/mlx/lib/libmlx.so" "$openblas/libscipy_openblas.so" \
    '-Wl,-rpath,$ORIGIN:$ORIGIN/../../.local/libmlx-cuda/mlx/lib:$ORIGIN/../../.local/openblas/scipy_openblas32/lib' \
    -Wl,--allow-shlib-undefined || fail "the addon could not be linked against libmlx for CUDA"
  mv "$output.part" "$output"
  printf '%s\n' "$stamp" >"$output.inputs"
  say "linked for CUDA; ft info says whether it can be used here"
}

wanted || exit 0
fetch_cuda
link_addon
