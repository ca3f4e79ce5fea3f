#!/usr/bin/env bash
# Fetches libmlx (and OpenBLAS on Linux) and builds the addon into build/Release/ft_native.node.
# Does nothing, within a second, when neither sources nor locks have changed. Writes only inside the clone.
# FT_MLX_DIR: folder with lib/ and include/ of another libmlx.  FT_BUILD_JOBS: compilers at once.
# FT_SANITIZE=1: with sanitizers, into build/Sanitized (dev/sanitize.sh).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/fetch.sh"
cd "$root"

system=$(uname -s)
kind=Release made=build/native
if [ -n "${FT_SANITIZE:-}" ]; then kind=Sanitized made=build/native-sanitized; fi
output="$root/build/$kind/ft_native.node"
stamp_file="$root/build/$kind/.inputs"

inputs_stamp() {
  local files
  # Names from the clone's root: the path of the clone may hold spaces.
  files=$(find native dev/setup/{native,fetch}.sh dev/setup/locks node_modules/node-addon-api/package.json -type f ! -name '*.md' \
    ! -path 'native/torch/*' ! -name 'torch-*' | LC_ALL=C sort)
  # shellcheck disable=SC2086
  { checksum $files; printf '%s\n' "$files" "${FT_MLX_DIR:-}" "$(node -p 'process.arch + require("./package.json").version')"; } | checksum -
}

fetch_libraries() {
  case $system in
    Linux)
      [ -n "${FT_MLX_DIR:-}" ] || fetch_wheel libmlx mlx-linux.txt
      fetch_wheel openblas openblas-linux.txt ;;
    Darwin)
      # Of several macOS wheels, the one that every supported system loads.
      [ -n "${FT_MLX_DIR:-}" ] || fetch_wheel libmlx mlx-macos.txt --platform macosx_14_0_arm64 ;;
    *) fail "no libmlx for $system" ;;
  esac
}

cmake_is_new_enough() {
  command -v cmake >/dev/null && printf '3.25\n%s\n' "$(cmake --version | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')" | sort -VC
}

find_tools() {
  PATH="$local_dir/tools/bin:$local_dir/tools/cmake/data/bin:$local_dir/tools/cmake/data/CMake.app/Contents/bin:$PATH"
  cmake_is_new_enough && command -v ninja >/dev/null && return
  say "fetching cmake and ninja (absent here, or older than 3.25)"
  python -m pip install --quiet --no-deps --require-hashes --only-binary=:all: --upgrade \
    --target "$local_dir/tools" --requirement "$locks/tools.txt" || fail "cmake and ninja could not be fetched"
  hash -r
  # pip's own bin/cmake wants Python's search path; the real one is in data/.
  rm -f "$local_dir"/tools/bin/{cmake,ccmake,ctest,cpack}
}

libraries_path() { # as the addon should remember it: relative to itself for what lies in the clone
  local origin='$ORIGIN'
  [ "$system" = Darwin ] && origin=@loader_path
  if [ -n "${FT_MLX_DIR:-}" ]; then printf '%s/lib;' "$FT_MLX_DIR"; fi
  printf '%s' "$origin;$origin/../../.local/libmlx/mlx/lib;$origin/../../.local/openblas/scipy_openblas32/lib"
}

build() {
  local mlx=${FT_MLX_DIR:-$local_dir/libmlx/mlx} options=()
  [ -f "$mlx/include/mlx/version.h" ] || fail "$mlx holds no include/mlx/version.h"
  options+=("--CDFT_MLX_DIR=$mlx" "--CDFT_MLX_VERSION=$(sed -n 's/^mlx-[a-z]*==\([0-9.]*\).*/\1/p' "$locks/mlx-linux.txt")")
  options+=("--CDFT_RPATH=$(libraries_path)")
  if [ "$system" = Linux ]; then options+=("--CDFT_OPENBLAS_DIR=$local_dir/openblas/scipy_openblas32"); fi
  if [ "$kind" = Sanitized ]; then options+=(--CDFT_SANITIZE=ON); fi
  [ -x node_modules/.bin/cmake-js ] || fail "cmake-js is missing: run npm ci first"
  say "compiling the addon"
  mkdir -p $made
  # A cache from another place or with other choices would win over what is passed here.
  rm -f $made/CMakeCache.txt
  nice node_modules/.bin/cmake-js build --directory native --out $made --generator Ninja \
    --parallel "${FT_BUILD_JOBS:-2}" "${options[@]}" >$made.log 2>&1 ||
    { tail -n 40 $made.log >&2; fail "the build failed; all of its output is in $made.log"; }
  # Moved in one step, so that whoever loads the addon meanwhile finds the old one or the new one, whole.
  mkdir -p "$(dirname "$output")"
  cp $made/Release/ft_native.node "$output.part"
  mv "$output.part" "$output"
}

stamp=$(inputs_stamp)
if [ -f "$output" ] && [ "$(cat "$stamp_file" 2>/dev/null)" = "$stamp" ]; then
  say "up to date"
  exit 0
fi
fetch_libraries
find_tools
build
# Sanitizers must come before everything else that allocates.
preload=
if [ "$kind" = Sanitized ]; then preload=$("${CXX:-c++}" -print-file-name=libasan.so); fi
LD_PRELOAD=$preload ASAN_OPTIONS=detect_leaks=0 node -e 'const m = { exports: {} }; process.dlopen(m, process.argv[1]);
const v = m.exports.version(); console.log(`native: built, MLX ${v.mlx}, ${v.blas}`)' "$output"
printf '%s\n' "$stamp" >"$stamp_file"
