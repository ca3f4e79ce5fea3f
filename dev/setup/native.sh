#!/usr/bin/env bash
# Fetches libmlx (and OpenBLAS on Linux) and builds the addon into build/Release/ft_native.node.
# Does nothing, within a second, when neither sources nor locks have changed. Writes only inside the clone.
# FT_MLX_DIR: folder with lib/ and include/ of another libmlx.  FT_BUILD_JOBS: compilers at once.
# FT_SANITIZE=1: with sanitizers, into build/Sanitized (dev/sanitize.sh).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/fetch.sh"
cd "$root"

addon=ft_native source=native made=build/native kind=Release
if [ -n "${FT_SANITIZE:-}" ]; then kind=Sanitized made=build/native-sanitized; fi
. dev/setup/addon.sh
stamp_file="$root/build/$kind/.inputs"

parts() {
  find native dev/setup/{native,addon,fetch}.sh dev/setup/locks node_modules/node-addon-api/package.json -type f \
    ! -name '*.md' ! -path 'native/torch/*' ! -name 'torch-*'
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

build() {
  local mlx=${FT_MLX_DIR:-$local_dir/libmlx/mlx} options=()
  [ -f "$mlx/include/mlx/version.h" ] || fail "$mlx holds no include/mlx/version.h"
  options+=("--CDFT_MLX_DIR=$mlx" "--CDFT_MLX_VERSION=$(sed -n 's/^mlx-[a-z]*==\([0-9.]*\).*/\1/p' "$locks/mlx-linux.txt")")
  options+=("--CDFT_RPATH=$(libraries_path "${FT_MLX_DIR:-}" libmlx/mlx/lib openblas/scipy_openblas32/lib)")
  if [ "$system" = Linux ]; then options+=("--CDFT_OPENBLAS_DIR=$local_dir/openblas/scipy_openblas32"); fi
  if [ "$kind" = Sanitized ]; then options+=(--CDFT_SANITIZE=ON); fi
  compile_addon "${options[@]}"
}

stamp=$(inputs_stamp "${FT_MLX_DIR:-}")
if up_to_date "$stamp" "$stamp_file"; then
  say "up to date"
  exit 0
fi
fetch_libraries
find_tools
build
# Sanitizers must come before everything else that allocates.
preload=
if [ "$kind" = Sanitized ]; then preload=$("${CXX:-c++}" -print-file-name=libasan.so); fi
LD_PRELOAD=$preload ASAN_OPTIONS=detect_leaks=0 told_by "native: built, MLX"
printf '%s\n' "$stamp" >"$stamp_file"
