#!/usr/bin/env bash
# Makes a clone ready to run: tools checked, packages installed, addon and programs built. Safe to repeat.
#   ./setup.sh                everything
#   ./setup.sh deps           only the named steps: tools deps native build hooks
#   ./setup.sh torch          what nobody needs: the addon over libtorch, for FT_BACKEND=mps and cpu-torch
# Writes inside the clone only (package managers keep their own caches). Runs in macOS's bash 3.2.
set -eu
cd "$(dirname "$0")"

readonly NODE_FLOOR="20.19"
PYTHON="${PYTHON:-python3}"
did_something=0

say() { printf '%s\n' "$*"; }

# missing NAME REASON MACOS DEBIAN: what is absent and the command that brings it, on both systems.
missing() {
  printf '\nsetup: %s: %s\n  macOS:   %s\n  Debian:  %s\n' "$1" "$2" "$3" "$4" >&2
  lacking=1
}

# at_least HAVE FLOOR: true when dotted version HAVE is not below FLOOR (major.minor).
at_least() {
  local have_major have_minor floor_major floor_minor
  have_major=${1%%.*}
  have_minor=${1#*.}
  have_minor=${have_minor%%.*}
  floor_major=${2%%.*}
  floor_minor=${2#*.}
  [ "$have_major" -gt "$floor_major" ] ||
    { [ "$have_major" -eq "$floor_major" ] && [ "$have_minor" -ge "$floor_minor" ]; }
}

# done_in NAME START: one line for a step that did work.
done_in() {
  did_something=1
  say "setup: $1: done in $((SECONDS - $2)) s"
}

# text_hash: a hash of standard input, by whichever tool the system has.
text_hash() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

# ---- tools: what must be on the machine already --------------------------------------------------

compiles_cxx20() {
  printf '#include <concepts>\n#include <span>\nint main() { return std::span<int>().size(); }\n' |
    "$1" -std=c++20 -x c++ -fsyntax-only - >/dev/null 2>&1
}

find_compiler() {
  local candidate
  for candidate in ${CXX:-} c++ g++ clang++; do
    if compiles_cxx20 "$candidate"; then
      say "$candidate"
      return
    fi
  done
  return 1
}

check_node() {
  local version debian
  # Debian's own package may be older than the floor; "n" brings a current one.
  debian="sudo apt-get install -y nodejs npm && sudo npm install --global n && sudo n 22"
  version=$(node --version 2>/dev/null | tr -d v || true)
  if [ -z "$version" ]; then
    missing "Node.js" "not found, $NODE_FLOOR or newer is needed" \
      "brew install node" "$debian"
  elif ! at_least "$version" "$NODE_FLOOR"; then
    missing "Node.js" "$version is too old, $NODE_FLOOR or newer is needed" \
      "brew upgrade node" "$debian"
  elif ! command -v npm >/dev/null 2>&1; then
    missing "npm" "not found" "brew install node" "sudo apt-get install -y npm"
  fi
}

check_python() {
  if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 9))' >/dev/null 2>&1; then
    missing "Python 3" "3.9 or newer is needed while setting up, to fetch MLX (never at run time)" \
      "brew install python" "sudo apt-get install -y python3 python3-pip"
  elif ! "$PYTHON" -m pip --version >/dev/null 2>&1; then
    missing "pip" "$PYTHON has no pip" "$PYTHON -m ensurepip --user" "sudo apt-get install -y python3-pip"
  fi
}

step_tools() {
  lacking=0
  check_node
  check_python
  if ! find_compiler >/dev/null; then
    missing "C++20 compiler" "none of \$CXX, c++, g++, clang++ compiles C++20" \
      "xcode-select --install" "sudo apt-get install -y g++"
  fi
  [ "$lacking" -eq 0 ] || exit 1
}

# ---- deps: npm packages, exactly as locked ---------------------------------------------------------

step_deps() {
  node dev/setup/installed.mjs && return
  local start=$SECONDS
  say "setup: installing npm packages into node_modules/"
  npm ci --no-progress --loglevel=error
  done_in "npm packages" "$start"
}

# ---- native: libmlx and the addon; CMake and Ninja too where the system has none --------------------

step_native() {
  local start=$SECONDS before
  before=$(native_state)
  CXX=${CXX:-$(find_compiler)}
  export CXX PYTHON
  if ! bash dev/setup/native.sh; then
    if ! command -v cmake >/dev/null 2>&1 && [ ! -d .local/tools ]; then
      missing "CMake and Ninja" "not found, and could not be fetched from PyPI" \
        "brew install cmake ninja" "sudo apt-get install -y cmake ninja-build"
    fi
    exit 1
  fi
  [ "$before" = "$(native_state)" ] || done_in "native addon" "$start"
  bash dev/setup/cuda.sh
}

native_state() { ls -ln build/Release/ft_native.node 2>/dev/null || true; }

# ---- torch: libtorch and the addon over it, only when asked for ---------------------------------------

step_torch() {
  local start=$SECONDS before after
  before=$(torch_state)
  step_deps
  step_native
  CXX=${CXX:-$(find_compiler)}
  export CXX PYTHON
  bash dev/setup/torch.sh
  after=$(torch_state)
  [ "$before" = "$after" ] || done_in "addon over libtorch" "$start"
}

torch_state() { ls -ln build/Release/ft_native_torch.node 2>/dev/null || true; }

# ---- build: TypeScript to dist/ --------------------------------------------------------------------

sources_hash() {
  {
    find src -type f -name '*.ts' -o -path 'src/studio/web/*' -type f | LC_ALL=C sort | while IFS= read -r file; do
      printf '%s\n' "$file"
      cat "$file"
    done
    cat tsconfig.json tsconfig.build.json package-lock.json dev/bundle/*.ts
  } | text_hash
}

# Built beside dist/ and swapped in: files of removed sources vanish, and a failed build leaves the old one.
step_build() {
  local start=$SECONDS hash
  hash=$(sources_hash)
  if [ -f dist/.sources ] && [ "$(cat dist/.sources)" = "$hash" ]; then return; fi
  say "setup: compiling TypeScript and the pages into dist/"
  rm -rf dist.new
  node_modules/.bin/tsc -p tsconfig.build.json --outDir dist.new
  node --import tsx dev/bundle/main.ts dist.new
  FT_WEB_OUT=$PWD/dist.new/studio/web node_modules/.bin/vite build --config src/studio/web/vite.config.ts \
    --logLevel warn
  if [ -f dist.new/cli/main.js ]; then chmod +x dist.new/cli/main.js; fi
  printf '%s\n' "$hash" >dist.new/.sources
  rm -rf dist
  mv dist.new dist
  done_in "TypeScript" "$start"
}

# ---- hooks: checks before a commit, where this is a clone and nobody chose other hooks ---------------

step_hooks() {
  if [ -n "${CI:-}" ] || [ ! -e .git ] || ! command -v git >/dev/null 2>&1; then return; fi
  if git config --get core.hooksPath >/dev/null; then return; fi
  git config core.hooksPath dev/hooks
  did_something=1
  say "setup: commit hook set (core.hooksPath = dev/hooks; undo: git config --unset core.hooksPath)"
}

# ------------------------------------------------------------------------------------------------------

[ $# -gt 0 ] || set -- tools deps native build hooks
for step in "$@"; do
  case "$step" in
    tools | deps | native | torch | build | hooks) "step_$step" ;;
    *)
      say "setup: unknown step \"$step\"; the steps are tools deps native build hooks, and torch" >&2
      exit 2
      ;;
  esac
done
if [ "$did_something" -eq 1 ]; then say "setup: ready in $SECONDS s"; else say "setup: nothing to do ($SECONDS s)"; fi
