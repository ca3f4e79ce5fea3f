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

/** Reads until the pipe ends, which only its caller holds, then continues the group that it is given. */
const GUARD = 'read -r line; kill -s CONT -- "-$1"';

/**
 * Continues the stopped worker if this process, stopped as well, is killed: nobody else would. A process beside the two
 * that waits for the end of a pipe. Returns what ends it.
 */
function guard({ pid }: ChildProcess): () => void {
  const guardian = spawn("/bin/sh", ["-c", GUARD, "sh", String(pid)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // without it the worker waits for this process, as it would have to anyway
  for (const source of [guardian, guardian.stdin]) source.on("error", () => undefined);
  guardian.unref();
  return () => void guardian.kill("SIGKILL");
}

/**
 * Stops and continues the worker, the leader of its group, whenever this process is; until the returned function is
 * called. A terminal that closes, or a kill of this process, while both are stopped continues the worker, which then
 * hears that its caller is gone.
 */
export function suspendTogether(worker: ChildProcess): () => void {
  if (process.platform === "win32") return () => undefined;
  let endGuard = (): void => undefined;
  const onStop = (): void => {
    signalGroup(worker, "SIGSTOP");
    endGuard();
    endGuard = guard(worker);
    process.kill(process.pid, "SIGSTOP");
  };
  const onContinue = (): void => {
    endGuard();
    signalGroup(worker, "SIGCONT");
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
