import { loadExtensions } from "../extensions.ts";
// The process that trains: takes one request over IPC, sends events back, ends by itself.
// Saves and stops when asked, or when the process that started it vanishes.
import { executeRun, type RunRequest } from "./execute-run.ts";
import { type FromTrainer, packError, type ToTrainer } from "./trainer-messages.ts";

let stopping = false;

/** The parent has vanished, or does not listen any more: save and stop. events.jsonl has everything. */
function onParentGone(): void {
  stopping = true;
}

function send(message: FromTrainer): void {
  if (!process.connected) return;
  // A pipe may break before `disconnect` is seen; without a callback that would end this process.
  process.send?.(message, undefined, undefined, (error) => {
    if (error !== null) onParentGone();
  });
}

async function work(request: RunRequest, extensions: readonly string[]): Promise<void> {
  try {
    await loadExtensions(extensions);
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
process.on("disconnect", onParentGone);
for (const stream of [process.stdout, process.stderr]) stream.on("error", onParentGone);
process.on("SIGTERM", () => {
  stopping = true;
});
// The terminal's Ctrl-C is the parent's business: it asks over IPC.
process.on("SIGINT", () => undefined);
