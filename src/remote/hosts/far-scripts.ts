// The scripts that a shell on a host runs, in what every POSIX system has. A run has a folder there:
//   config.json  its settings        out.jsonl  events, one a line      log.txt  what it said beside
//   pid, group   while it runs       exit       its exit code           run/     the run folder
import { quoted } from "./shell.ts";

const name = (id: string): string => quoted(`runs/${id}`);
const into = (root: string): string => `cd ${quoted(root)} || exit 9`;

/** The folder, made and found; room on its disk; ft's own words about itself. */
export const checkScript = (root: string, ft: string): string => `
mkdir -p -- ${root === "" ? "ft-runs" : quoted(root)} && cd -- ${root === "" ? "ft-runs" : quoted(root)} || exit 9
printf 'folder %s\\n' "$(pwd -P)"
printf 'free %s\\n' "$(df -Pk . | awk 'NR==2{print $4}')"
${ft} info --json`;

export const freeScript = (root: string): string =>
  `${into(root)}; df -Pk . | awk 'NR==2{print $4}'`;

/** Says which of the contents are missing. */
export const missingScript = (root: string, digests: readonly string[]): string =>
  `${into(root)}; mkdir -p files || exit 1; for d in ${digests.map(quoted).join(" ")}; do [ -d "files/$d" ] || echo "$d"; done`;

/** Unpacks an archive from stdin; nothing half unpacked ever has its name. */
export const unpackScript = (root: string, digest: string, id: string): string => `
${into(root)}
t=${quoted(`files/${digest}.tmp.${id}`)}
trap 'rm -rf "$t"' EXIT
mkdir -p "$t" && tar -xf - -C "$t" || exit 1
[ -d ${quoted(`files/${digest}`)} ] || mv "$t" ${quoted(`files/${digest}`)}`;

/** Starts a command in a session of its own, which adds to the events and to the log; a second time it starts nothing. */
function inSession(command: string): string {
  const supervised = [
    `trap '' INT HUP`,
    `${command} >> out.jsonl 2>> log.txt < /dev/null & p=$!`,
    `echo $p > pid`,
    `while kill -0 $p 2>/dev/null; do wait $p; c=$?; done`,
    `echo $c > exit.tmp && mv exit.tmp exit`,
  ].join("\n");
  return `
mkdir started 2>/dev/null || exit 0
s=$(command -v setsid || true)
$s sh -c ${quoted(`echo $$ > group\n${supervised}`)} > /dev/null 2>&1 < /dev/null &
n=0; while [ ! -s pid ] && [ $n -lt 20 ]; do n=$((n+1)); sleep 1; done
[ -s pid ] || { rmdir started; echo "it could not be started" >&2; exit 1; }`;
}

/** Starts what reads its settings from stdin. */
export const startScript = (root: string, id: string, ft: string): string => `
${into(root)}
mkdir -p ${name(id)} && cd ${name(id)} || exit 1
cat > config.json.tmp && mv config.json.tmp config.json || exit 1
[ -d started ] || { : > out.jsonl && : > log.txt; } || exit 1
${inSession(`${ft} train start --config "$PWD/config.json" --json`)}`;

/** Goes on with a run that has ended; says "nothing" where it has no checkpoint. */
export const goOnScript = (root: string, id: string, ft: string): string => `
${into(root)}
cd ${name(id)} 2>/dev/null || { echo nothing; exit 0; }
[ -s exit ] || { [ -s pid ] && kill -0 "$(cat pid)" 2>/dev/null && exit 0; }
[ -s run/checkpoints/latest ] || { echo nothing; exit 0; }
rm -rf exit pid group started
${inSession(`${ft} train resume "$PWD/run" --json`)}`;

export const statusScript = (root: string, id: string): string => `
${into(root)}
cd ${name(id)} 2>/dev/null || { echo unknown; exit 0; }
if [ -s exit ]; then echo "over $(cat exit)"
elif [ -s pid ] && kill -0 "$(cat pid)" 2>/dev/null; then echo running
elif [ -s exit ]; then echo "over $(cat exit)"
else echo gone; fi`;

/** Events from a line on; then "#over CODE" or "#gone". "#" alone is a sign of life, and finds a reader gone. */
export const followScript = (root: string, id: string, lines: number): string => `
${into(root)}
cd ${name(id)} || exit 9
at=${lines}; quiet=0; left=0
while :; do
  alive=0; [ -s exit ] || { [ -s pid ] && kill -0 "$(cat pid)" 2>/dev/null && alive=1; }
  n=$(( $(wc -l < out.jsonl) ))
  if [ "$n" -gt "$at" ]; then sed -n "$((at+1)),\${n}p" out.jsonl || exit 1; at=$n; quiet=0; continue; fi
  if [ $alive = 0 ]; then
    if [ -s exit ]; then echo "#over $(cat exit)"; exit 0; fi
    left=$((left+1)); [ $left -gt 3 ] && { echo "#gone"; exit 0; }
  fi
  quiet=$((quiet+1)); [ $((quiet % 5)) = 0 ] && { echo "#" || exit 1; }
  sleep 1
done`;

/** As Ctrl-C: to all that it started, where it has a group of its own. */
export const cancelScript = (root: string, id: string): string => `
${into(root)}
cd ${name(id)} || exit 9
[ -s exit ] && exit 0
p=$(cat pid) || exit 1
g=$(cat group 2>/dev/null)
if [ -n "$g" ] && [ "$(ps -o pgid= -p "$p" | tr -d ' ')" = "$g" ]; then kill -s INT -- "-$g"; else kill -s INT "$p"; fi`;

export const logScript = (root: string, id: string, from: number): string =>
  `${into(root)}; cd ${name(id)} || exit 9; tail -c +${from + 1} log.txt`;

/** What of the run's folder is fetched: not what follows it already, nor what is only for its own use. */
export const packScript = (root: string, id: string): string => `
${into(root)}
cd ${name(id)} && mkdir -p run && cd run && set -- * || exit 1
[ -e "$1" ] || set -- -T /dev/null
exec tar -cf - --exclude=events.jsonl --exclude=run.lock --exclude=prefix-states.bin "$@"`;
