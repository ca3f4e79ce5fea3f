#!/usr/bin/env bash
# Fetches libtorch and builds the second addon into build/Release/ft_native_torch.node: for FT_BACKEND=mps and cpu-torch.
# Nobody needs it who computes with MLX. Does nothing when neither sources nor locks have changed.
# FT_TORCH_DIR: folder with lib/ and include/ of another libtorch.  FT_BUILD_JOBS: compilers at once.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/fetch.sh"
cd "$root"
say() { printf '%s\n' "torch: $*"; }
fail() { printf '%s\n' "torch: $*" >&2; exit 1; }

system=$(uname -s)
made=build/torch
output="$root/build/Release/ft_native_torch.node"
stamp_file="$root/build/Release/.inputs-torch"

inputs_stamp() {
  local files
  files=$(find native/torch native/core native/ops dev/setup/{torch,fetch}.sh dev/setup/locks/torch-*.txt \
    node_modules/node-addon-api/package.json -type f ! -name '*.md' | LC_ALL=C sort)
  # shellcheck disable=SC2086
  { checksum $files; printf '%s\n' "$files" "${FT_TORCH_DIR:-}" "$(node -p 'process.arch + require("./package.json").version')"; } | checksum -
}

# C++ alone is wanted of the wheels: the libraries are the same in those of every Python.
fetch_libraries() {
  local python_311=(--python-version 3.11 --implementation cp --abi cp311 --abi none)
  case "$system-$(uname -m)" in
    Linux-x86_64)
      fetch_wheel torch torch-linux.txt "${python_311[@]}" --platform manylinux_2_28_x86_64 \
        --platform manylinux_2_27_x86_64 --platform manylinux_2_25_x86_64 --platform manylinux_2_17_x86_64 ;;
    Darwin-arm64) fetch_wheel torch torch-macos.txt "${python_311[@]}" --platform macosx_14_0_arm64 ;;
    *) fail "no libtorch for $system on $(uname -m)" ;;
  esac
  # What computes on NVIDIA's GPUs, and Python's part: MLX has the one, and nothing here the other.
  rm -f "$local_dir"/torch/torch/lib/libtorch_{cuda,cuda_linalg,python,nvshmem}.* "$local_dir"/torch/torch/lib/libc10_cuda.so
  find "$local_dir/torch" -mindepth 1 -maxdepth 1 ! -name torch ! -name nvidia ! -name .lock ! -name '*.dist-info' \
    -exec rm -rf {} +
  find "$local_dir/torch/torch" -mindepth 1 -maxdepth 1 ! -name lib ! -name include -exec rm -rf {} +
}

libraries_path() { # as the addon should remember it: relative to itself for what lies in the clone
  local origin='$ORIGIN'
  [ "$system" = Darwin ] && origin=@loader_path
  printf '%s' "${FT_TORCH_DIR:+$FT_TORCH_DIR/lib;}$origin;$origin/../../.local/torch/torch/lib"
}

build() {
  local torch=${FT_TORCH_DIR:-$local_dir/torch/torch}
  [ -f "$torch/include/ATen/ATen.h" ] || fail "$torch holds no include/ATen/ATen.h"
  PATH="$local_dir/tools/bin:$local_dir/tools/cmake/data/bin:$local_dir/tools/cmake/data/CMake.app/Contents/bin:$PATH"
  command -v ninja >/dev/null || fail "cmake and ninja are missing: ./setup.sh native brings them"
  say "compiling the addon over libtorch: some minutes ($made.log)"
  mkdir -p $made
  rm -f $made/CMakeCache.txt
  nice node_modules/.bin/cmake-js build --directory native/torch --out $made --generator Ninja \
    --parallel "${FT_BUILD_JOBS:-2}" "--CDFT_TORCH_DIR=$torch" "--CDFT_RPATH=$(libraries_path)" >$made.log 2>&1 ||
    { tail -n 40 $made.log >&2; fail "the build failed; all of its output is in $made.log"; }
  mkdir -p "$(dirname "$output")"
  cp $made/Release/ft_native_torch.node "$output.part"
  mv "$output.part" "$output"
}

stamp=$(inputs_stamp)
if [ -f "$output" ] && [ "$(cat "$stamp_file" 2>/dev/null)" = "$stamp" ]; then
  say "up to date"
  exit 0
fi
[ -n "${FT_TORCH_DIR:-}" ] || fetch_libraries
build
node -e 'const m = { exports: {} }; process.dlopen(m, process.argv[1]);
const v = m.exports.version(); console.log(`torch: built, ${v.mlx}, ${v.blas}`)' "$output"
printf '%s\n' "$stamp" >"$stamp_file"
