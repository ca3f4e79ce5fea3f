// One worker of several, from its first word to its last: takes one request over its standard input, joins the others,
// trains, and tells over its standard output. A thread (watchman-thread.ts) does the hearing and telling.
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { FtError } from "../../../core/errors.ts";
import { asFtError, packError } from "../../../core/packed-errors.ts";
import { startThread } from "../../../core/work-threads.ts";
import { joinRing, shareThreads } from "../../../mx/index.ts";
import { Ring } from "../../../train/parallel/ring.ts";
import { loadExtensions } from "../../extensions.ts";
import { executeRun, type Watcher } from "../execute-run.ts";
import { shareMemory } from "../memory-plan.ts";
import { followRun } from "./follow-run.ts";
import { type CrewRequest, type FromWorker, SHARED, type ToWorker } from "./messages.ts";

/** Progress is for eyes: more than some a second would only fill the pipe. */
const progressMilliseconds = 100;
/** How long a worker that lost the others waits to be told why. */
const reasonMilliseconds = 3000;

class Line {
  readonly shared = new Int32Array(new SharedArrayBuffer(8));
  readonly #thread: Worker;
  /** Why waiting has no use any more, once that is known. */
  reason: string | undefined;
  #exchanges = 0;

  constructor() {
    const isSource = import.meta.url.endsWith(".ts");
    const entry = new URL(`./watchman-thread.${isSource ? "ts" : "js"}`, import.meta.url);
    this.#thread = startThread(entry, this.shared);
    this.#thread.on("message", (message: ToWorker | null) => {
      if (message?.type === "cut") this.reason ??= message.reason;
    });
  }

  say(message: FromWorker): void {
    this.#thread.postMessage(message);
  }

  async hear<Type extends ToWorker["type"]>(
    type: Type,
  ): Promise<Extract<ToWorker, { type: Type }>> {
    for (;;) {
      const [message] = (await once(this.#thread, "message")) as [ToWorker | null];
      if (message?.type === type) return message as Extract<ToWorker, { type: Type }>;
    }
  }

  /** Once everything that was said has left. */
  async end(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#thread.on("message", (message: ToWorker | null) => {
        if (message === null) resolve();
      });
    });
    this.#thread.postMessage(null);
    await ended;
    await this.#thread.terminate();
  }

  get shouldStop(): boolean {
    return Atomics.load(this.shared, SHARED.stop) === 1;
  }

  stop(): void {
    Atomics.store(this.shared, SHARED.stop, 1);
  }

  joined(): void {
    Atomics.store(this.shared, SHARED.joined, 1);
    this.say({ type: "joined" });
  }

  entered(bytes: number): void {
    this.#exchanges += 1;
    this.say({ type: "entered", exchange: this.#exchanges, bytes });
  }

  left(): void {
    this.say({ type: "left", exchange: this.#exchanges });
  }
}

/** A port that is free now, at an address of this machine. */
async function freeAddress(ip: string): Promise<string> {
  const server = createServer();
  try {
    server.listen(0, ip);
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    return `${ip}:${port}`;
  } catch (cause) {
    throw new FtError("FT-RING-005", {
      message: `this machine has no address ${ip}`,
      hint: "in the hosts file, ips are a machine's own addresses, as its neighbours reach it",
      cause,
    });
  } finally {
    server.close();
  }
}

async function joinOthers({ crew, processes }: CrewRequest, addresses: string[][]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "ft-ring-"));
  const file = join(folder, "hosts.json");
  try {
    await writeFile(file, JSON.stringify(addresses));
    shareThreads(processes);
    shareMemory(processes);
    joinRing(crew.rank, file);
  } catch (cause) {
    throw new FtError("FT-RING-006", {
      message: `the workers could not be connected: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: "each machine must reach the next one's address over TCP: check firewalls and the hosts file",
      cause,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a run tells whoever watches it, over the line. */
function watcherOf(line: Line, ring: Ring): Watcher {
  let shown = 0;
  return {
    onEvent: (event) => line.say({ type: "told", told: { event } }),
    onProgress(progress) {
      if (performance.now() - shown < progressMilliseconds) return;
      shown = performance.now();
      line.say({ type: "told", told: { progress } });
    },
    shouldStop: () => line.shouldStop,
    crew: {
      ring,
      onSaving: () => line.say({ type: "saving" }),
      async reason() {
        const last = performance.now() + reasonMilliseconds;
        while (line.reason === undefined && performance.now() < last) await pause(20);
        return line.reason;
      },
    },
  };
}

async function work(line: Line): Promise<unknown> {
  const { request } = await line.hear("start");
  const { crew, ip, extensions } = request;
  await loadExtensions(extensions);
  line.say({ type: "ready", address: await freeAddress(ip) });
  const { addresses } = await line.hear("join");
  await joinOthers(request, addresses);
  line.joined();
  const ring = new Ring(crew, {
    entered: (bytes) => line.entered(bytes),
    left: () => line.left(),
    wishesToStop: () => line.shouldStop,
  });
  const watcher = watcherOf(line, ring);
  if ("run" in request.work) return await executeRun(request.work.run, watcher);
  await followRun(request.work, ring, watcher);
  return null;
}

/** To the end of the process: its code. */
export async function serveWorker(): Promise<number> {
  const line = new Line();
  process.on("SIGTERM", () => line.stop());
  // The terminal's Ctrl-C is for whoever started the workers.
  process.on("SIGINT", () => undefined);
  let code = 0;
  try {
    line.say({ type: "done", result: await work(line) });
  } catch (thrown) {
    const failure = asFtError(thrown, (details) => new FtError("FT-RUN-UNEXPECTED", details));
    line.say({ type: "failed", error: packError(failure) });
    code = 1;
  }
  await line.end();
  return code;
}
