// Keeps a Mac from falling asleep by itself while a process lives; `caffeinate` is part of macOS. Elsewhere nothing.
import { type ChildProcess, spawn } from "node:child_process";

type Spawn = (command: string, args: readonly string[]) => ChildProcess;

const start: Spawn = (command, args) => spawn(command, args, { stdio: "ignore", detached: true });

/** Until `pid` ends. That it cannot be had is no reason not to work. */
export function keepAwake(
  pid = process.pid,
  { platform = process.platform, spawnIt = start }: { platform?: string; spawnIt?: Spawn } = {},
): void {
  if (platform !== "darwin") return;
  const helper = spawnIt("caffeinate", ["-i", "-w", String(pid)]);
  helper.on("error", () => undefined);
  helper.unref();
}
