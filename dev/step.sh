#!/usr/bin/env bash
# Runs one check and says in one line how it went and how long it took; its output shows only when it fails.
#   dev/step.sh NAME COMMAND [ARGUMENT…]
set -u
name=$1
shift
start=$SECONDS
if output=$("$@" 2>&1); then
  # A check may end with one line worth seeing (a count, a note): lines that open with "note: ".
  notes=$(printf '%s\n' "$output" | sed -n 's/^note: //p')
  printf 'ok    %-12s %3d s  %s\n' "$name" "$((SECONDS - start))" "$(printf '%s' "$notes" | tr '\n' ' ')"
else
  status=$?
  printf '%s\nFAIL  %-12s %3d s\n' "$output" "$name" "$((SECONDS - start))"
  exit "$status"
fi
