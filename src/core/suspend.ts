// Ctrl-Z for work in a process group of its own: a terminal stops and continues only the group in front, which is ours.
// POSIX job control; where there is none, nothing is done.
import type { ChildProcess } from "node:child_process";

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

/**
 * Stops and continues the worker, the leader of its group, whenever this process is; until the returned function is
 * called. A terminal that closes while both are stopped continues the worker, which then hears that its caller is gone.
 */
export function suspendTogether(worker: ChildProcess): () => void {
  if (process.platform === "win32") return () => undefined;
  const onStop = (): void => {
    signalGroup(worker, "SIGSTOP");
    process.kill(process.pid, "SIGSTOP");
  };
  const onContinue = (): void => signalGroup(worker, "SIGCONT");
  const onHangUp = (): void => {
    onContinue();
    passOn("SIGHUP");
  };
  process.on("SIGTSTP", onStop);
  process.on("SIGCONT", onContinue);
  process.once("SIGHUP", onHangUp);
  return () => {
    process.removeListener("SIGTSTP", onStop);
    process.removeListener("SIGCONT", onContinue);
    process.removeListener("SIGHUP", onHangUp);
  };
}
