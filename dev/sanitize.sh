#!/usr/bin/env bash
# Builds the addon with AddressSanitizer and UndefinedBehaviorSanitizer into build/Sanitized and runs tests/native over
# it: a finding ends the test's process with its report. GCC on Linux. libmlx itself is not instrumented, so what it does
# to memory is seen only where it calls into the C library. Arguments go to vitest.
set -euo pipefail
cd "$(dirname "$0")/.."
export CXX=${CXX:-g++}
library=$("$CXX" -print-file-name=libasan.so)
if [ "$(uname -s)" != Linux ] || [ ! -f "$library" ]; then
  echo "sanitize: needs Linux and a g++ with libasan, $CXX has none" >&2
  exit 1
fi
FT_SANITIZE=1 bash dev/setup/native.sh
export FT_ADDON=$PWD/build/Sanitized/ft_native.node LD_PRELOAD=$library
# Node keeps memory to its end, and null is what a test of failed allocations wants.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:abort_on_error=0
export UBSAN_OPTIONS=print_stacktrace=1
# Everything takes several times longer.
exec node_modules/.bin/vitest run --project native --testTimeout 300000 --hookTimeout 300000 "$@"
