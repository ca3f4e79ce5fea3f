# Sourced by addon.sh: how far a compiler has come, read from the log that ninja writes. It compiles nothing itself.

# Seconds between two lines where nobody sits at a terminal.
progress_every=${FT_PROGRESS_EVERY:-30}

# counted LOG: "12 of 35 files" by ninja's last "[12/35]"; "configuring" before its first.
counted() {
  local count
  count=$(sed -n 's/^\[\([0-9]*\)\/\([0-9]*\)\] .*/\1 of \2 files/p' "$1" 2>/dev/null | tail -n 1)
  if [ -n "$count" ]; then printf 'compiled %s' "$count"; else printf 'configuring'; fi
}

# tell_progress LOG: says how far it is until it is killed or the script has ended; on a terminal in one line, once a
# second, elsewhere in a line now and then.
tell_progress() {
  local log=$1 script=$$ start=$SECONDS last=$SECONDS
  while sleep 1; do
    kill -0 "$script" 2>/dev/null || return 0
    if [ -t 1 ]; then
      printf '\r\033[K%s' "$(say "$(counted "$log"), $((SECONDS - start)) s")"
    elif [ $((SECONDS - last)) -ge "$progress_every" ]; then
      last=$SECONDS
      say "$(counted "$log"), $((SECONDS - start)) s"
    fi
  done
}

# with_progress LOG COMMAND...: runs it with its output in LOG, and says meanwhile how far it is. Its exit code.
with_progress() {
  local log=$1 teller code=0
  shift
  : >"$log"
  tell_progress "$log" &
  teller=$!
  # Ctrl-C reaches the command and this script, but nothing that runs in the background.
  # shellcheck disable=SC2064
  trap "kill $teller 2>/dev/null" EXIT
  "$@" >"$log" 2>&1 || code=$?
  kill "$teller" 2>/dev/null || true
  wait "$teller" 2>/dev/null || true
  trap - EXIT
  if [ -t 1 ]; then printf '\r\033[K'; fi
  return "$code"
}
