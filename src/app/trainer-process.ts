// The process that trains: takes one request over IPC, sends events back, ends by itself.
// Saves and stops when asked, or when the process that started it vanishes.
import { executeRun, type RunRequest } from "./execute-run.ts";
import { type FromTrainer, packError, type ToTrainer } from "./trainer-messages.ts";

let stopping = false;

function send(message: FromTrainer): void {
  // After the parent is gone there is nobody to tell; events.jsonl has everything.
  if (process.connected) process.send?.(message);
}

async function work(request: RunRequest, extensions: readonly string[]): Promise<void> {
  try {
    for (const extension of extensions) await import(extension);
    const last = await executeRun(request, {
      onEvent: (event) => send({ type: "event", event }),
      shouldStop: () => stopping,
    });
    send({ type: "done", event: last });
  } catch (error) {
    send({ type: "failed", error: packError(error) });
    process.exitCode = 1;
  }
  if (process.connected) process.disconnect();
}

process.on("message", (message: ToTrainer) => {
  if (message.type === "stop") stopping = true;
  else void work(message.request, message.extensions);
});
process.on("disconnect", () => {
  stopping = true;
});
process.on("SIGTERM", () => {
  stopping = true;
});
// The terminal's Ctrl-C is the parent's business: it asks over IPC.
process.on("SIGINT", () => undefined);
