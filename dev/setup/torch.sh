#!/usr/bin/env bash
# Fetches libtorch and builds the second addon into build/Release/ft_native_torch.node: for FT_BACKEND=mps and cpu-torch.
# Nobody needs it who computes with MLX. Does nothing when neither sources nor locks have changed.
# FT_TORCH_WIDE=1: float32 computed in float64, into build/Wide, where FT_ADDON finds it: what roundings are measured
# against.
# FT_TORCH_DIR: folder with lib/ and include/ of another libtorch.  FT_BUILD_JOBS: compilers at once.
set -euo pipefail
speaker=torch
. "$(dirname "${BASH_SOURCE[0]}")/fetch.sh"
cd "$root"

addon=ft_native_torch source=native/torch made=build/torch kind=Release
if [ -n "${FT_TORCH_WIDE:-}" ]; then kind=Wide made=build/torch-wide; fi
. dev/setup/addon.sh
stamp_file="$root/build/$kind/.inputs-torch"

parts() {
  find native/torch native/core native/ops native/kernels/optimizers.h dev/setup/{torch,addon,fetch}.sh \
    dev/setup/locks/torch-*.txt node_modules/node-addon-api/package.json -type f ! -name '*.md'
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

build() {
  local torch=${FT_TORCH_DIR:-$local_dir/torch/torch}
  [ -f "$torch/include/ATen/ATen.h" ] || fail "$torch holds no include/ATen/ATen.h"
  compile_addon "--CDFT_TORCH_DIR=$torch" "--CDFT_TORCH_WIDE=${FT_TORCH_WIDE:-OFF}" \
    "--CDFT_RPATH=$(libraries_path "${FT_TORCH_DIR:-}" torch/torch/lib)"
}

stamp=$(inputs_stamp "${FT_TORCH_DIR:-}")
if up_to_date "$stamp" "$stamp_file"; then
  say "up to date"
  exit 0
fi
[ -n "${FT_TORCH_DIR:-}" ] || fetch_libraries
find_tools
build
told_by "torch: built, libtorch"
printf '%s\n' "$stamp" >"$stamp_file"
