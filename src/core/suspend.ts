// Ctrl-Z for work in a process group of its own: a terminal stops and continues only the group in front, which is ours.
// POSIX job control; where there is none, nothing is done.
import { type ChildProcess, spawn } from "node:child_process";

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // it has just ended
  }
}

/** Lets a signal that was listened for do what it does by itself. */
function passOn(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

/** Reads until the pipe ends, which only its caller holds, then continues the groups that it is given. */
const GUARD = 'read -r line; for pid in "$@"; do kill -s CONT -- "-$pid"; done';

/**
 * Continues the stopped workers if this process, stopped as well, is killed: nobody else would. A process beside the two
 * that waits for the end of a pipe. Returns what ends it.
 */
function guard(workers: readonly ChildProcess[]): () => void {
  const groups = workers.map(({ pid }) => String(pid));
  const guardian = spawn("/bin/sh", ["-c", GUARD, "sh", ...groups], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // without it the worker waits for this process, as it would have to anyway
  for (const source of [guardian, guardian.stdin]) source.on("error", () => undefined);
  guardian.unref();
  return () => void guardian.kill("SIGKILL");
}

/**
 * Stops and continues the workers, each the leader of its group, whenever this process is; until the returned function is
 * called. A terminal that closes, or a kill of this process, while both are stopped continues the workers, which then
 * hear that their caller is gone.
 */
export function suspendTogether(...workers: readonly ChildProcess[]): () => void {
  if (process.platform === "win32") return () => undefined;
  let endGuard = (): void => undefined;
  const onStop = (): void => {
    for (const worker of workers) signalGroup(worker, "SIGSTOP");
    endGuard();
    endGuard = guard(workers);
    process.kill(process.pid, "SIGSTOP");
  };
  const onContinue = (): void => {
    endGuard();
    for (const worker of workers) signalGroup(worker, "SIGCONT");
  };
  const onHangUp = (): void => {
    onContinue();
    passOn("SIGHUP");
  };
  process.on("SIGTSTP", onStop);
  process.on("SIGCONT", onContinue);
  process.once("SIGHUP", onHangUp);
  return () => {
    endGuard();
    process.removeListener("SIGTSTP", onStop);
    process.removeListener("SIGCONT", onContinue);
    process.removeListener("SIGHUP", onHangUp);
  };
}
