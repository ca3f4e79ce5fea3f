# Sourced by the scripts that build an addon, after fetch.sh: what is common to them. Not what an addon is made of.
# A script sets `addon` (its name without .node), `source` (folder with CMakeLists.txt), `made` (folder of the build),
# `kind` (folder of the result in build/) and, in `parts`, the files that it is made from.

. "$(dirname "${BASH_SOURCE[0]}")/progress.sh"

system=$(uname -s)
kind=${kind:-Release}
output="$root/build/$kind/$addon.node"
PATH="$local_dir/tools/bin:$local_dir/tools/cmake/data/bin:$local_dir/tools/cmake/data/CMake.app/Contents/bin:$PATH"

# inputs_stamp FOLDER: of all that the addon is made from; FOLDER is another library's, if one was named.
# Names are from the clone's root, whose own path may hold spaces.
inputs_stamp() {
  local files
  files=$(parts | LC_ALL=C sort)
  # shellcheck disable=SC2086
  { checksum $files; printf '%s\n' "$files" "$1" "$(node -p 'process.arch + require("./package.json").version')"; } | checksum -
}

# up_to_date STAMP STAMP_FILE: whether there is nothing to do.
up_to_date() { [ -f "$output" ] && [ "$(cat "$2" 2>/dev/null)" = "$1" ]; }

cmake_is_new_enough() {
  command -v cmake >/dev/null && printf '3.25\n%s\n' "$(cmake --version | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')" | sort -VC
}

find_tools() {
  cmake_is_new_enough && command -v ninja >/dev/null && return
  say "fetching cmake and ninja (absent here, or older than 3.25)"
  python -m pip install --quiet --no-deps --require-hashes --only-binary=:all: --upgrade \
    --target "$local_dir/tools" --requirement "$locks/tools.txt" || fail "cmake and ninja could not be fetched"
  hash -r
  # pip's own bin/cmake wants Python's search path; the real one is in data/.
  rm -f "$local_dir"/tools/bin/{cmake,ccmake,ctest,cpack}
}

# libraries_path FOLDER LIBRARIES...: what the addon should remember: FOLDER first, if one was named; then itself, and
# LIBRARIES of .local/, relative to itself since they lie in the clone.
libraries_path() {
  local origin='$ORIGIN' named=$1 library
  [ "$system" = Darwin ] && origin=@loader_path
  shift
  printf '%s' "${named:+$named/lib;}$origin"
  for library in "$@"; do printf ';%s' "$origin/../../.local/$library"; done
}

# compile_addon OPTIONS...: by cmake-js, with OPTIONS; the result is in $output afterwards.
compile_addon() {
  [ -x node_modules/.bin/cmake-js ] || fail "cmake-js is missing: run npm ci first"
  say "compiling the addon, some minutes; all output is in $made.log"
  mkdir -p "$made"
  # A cache from another place or with other choices would win over what is passed here.
  rm -f "$made/CMakeCache.txt"
  with_progress "$made.log" nice node_modules/.bin/cmake-js build --directory "$source" --out "$made" \
    --generator Ninja --parallel "${FT_BUILD_JOBS:-2}" "$@" ||
    { tail -n 40 "$made.log" >&2; fail "the build failed; all of its output is in $made.log"; }
  # Moved in one step, so that whoever loads the addon meanwhile finds the old one or the new one, whole.
  mkdir -p "$(dirname "$output")"
  cp "$made/Release/$addon.node" "$output.part"
  mv "$output.part" "$output"
}

# told_by WORD: loads what was built and says the versions of the library and its BLAS.
told_by() {
  node -e 'const m = { exports: {} }; process.dlopen(m, process.argv[1]);
const v = m.exports.version(); console.log(`${process.argv[2]} ${v.mlx}, ${v.blas}`)' "$output" "$1"
}
