#!/usr/bin/env bash
# Links the addon for macOS arm64 on another system, with zig, against the macOS libmlx: finds names that do not exist
# there. What comes out has never run; releases for macOS are built on a Mac.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/fetch.sh"
cd "$root"

fetch_wheel zig zig.txt
fetch_wheel libmlx-macos mlx-macos.txt --platform macosx_14_0_arm64
zig="$local_dir/zig/ziglang/zig"
chmod +x "$zig"
export ZIG_GLOBAL_CACHE_DIR="$local_dir/zig-cache" ZIG_LOCAL_CACHE_DIR="$local_dir/zig-cache"

mlx="$local_dir/libmlx-macos/mlx"
out="$root/build/darwin-arm64"
target=aarch64-macos.14.0
mkdir -p "$out"

compile() { # SOURCE OBJECT
  nice "$zig" c++ -target $target -std=c++20 -O1 -fvisibility=hidden -c "$1" -o "$2" \
    -Inative -isystem "$mlx/include" -isystem node_modules/node-addon-api -isystem node_modules/node-api-headers/include \
    -DNAPI_VERSION=9 -DNAPI_CPP_EXCEPTIONS -DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS \
    -DBUILDING_NODE_EXTENSION "-DFT_ADDON_VERSION=\"$(node -p 'require("./package.json").version')\""
}

say "compiling for darwin-arm64"
objects=()
for source in native/*.cc native/{core,kernels,ops}/*.cc dev/setup/darwin-libcxx.cc; do
  object="$out/${source%.cc}.o" # by its path: two folders may hold files of one name
  mkdir -p "$(dirname "$object")"
  objects+=("$object")
  if [ "$object" -nt "$source" ] && [ -z "$(find native -name '*.h' -newer "$object")" ]; then continue; fi
  compile "$source" "$object"
done

# Stand-in for the node binary, so that every other name must come from libmlx or the system.
node -p 'const { js_native_api_symbols: js, node_api_symbols: node } = require("node-api-headers").symbols.v9;
[...js, ...node].map((name) => `void ${name}(void) {}`).join("\n")' >"$out/node.c"
"$zig" cc -target $target -dynamiclib "$out/node.c" -o "$out/libnode.dylib"

link() { "$zig" cc -target $target -dynamiclib "${objects[@]}" -L"$mlx/lib" -lmlx -Wl,-rpath,@loader_path "$@"; }
link "$out/libnode.dylib" -lc++ -o "$out/complete.dylib"
# zig brings its own C++ library for -lc++, good for finding missing names; a module for a Mac takes the system's.
# -s and a name of its own: else it would name folders of this machine, of the object files and of itself.
link -undefined dynamic_lookup -s -Wl,-install_name,@rpath/ft_native.node -o "$out/ft_native.node"

node --import tsx dev/mac/mach-o.ts "$out/ft_native.node" >"$out/load-commands.json" ||
  fail "the addon for darwin-arm64 would not load on a Mac"

say "darwin-arm64: linked, never run ($(wc -c <"$out/ft_native.node" | tr -d ' ') bytes, build/darwin-arm64/ft_native.node)"
