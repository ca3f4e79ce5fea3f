// The owner's side of the process that reads: starts it, asks, hears, and ends it when it is silent for too long or
// holds too much memory. A process that ends costs the target it was at; the next one gets a new process.
import { type ChildProcess, fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { formatBytes, formatDuration } from "../../../core/units.ts";
import { beyondLimit, readerDied } from "../errors.ts";
import type { ReadLimits } from "../limits.ts";
import type { FromReader, ToReader } from "./reader-messages.ts";
import type { ReadSettings, ReadTarget, Told } from "./target.ts";

const isSource = import.meta.url.endsWith(".ts");
const entry = new URL(`../reader-process.${isSource ? "ts" : "js"}`, import.meta.url);
const LOOK_MILLISECONDS = 100;
/** What a process may have used before, and still take another target. */
const WORN_BYTES = 400_000_000;
const pageBytes = 4096;

const ticksPerSecond = 100;

/** What is resident of a process, and the processor's seconds it has had; zero of both but on Linux. */
async function usageOf(pid: number): Promise<{ bytes: number; seconds: number }> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // the name before the last parenthesis may hold anything
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [user = 0, system = 0, pages = 0] = [11, 12, 21].map((which) => Number(fields[which] ?? 0));
  return { bytes: pages * pageBytes, seconds: (user + system) / ticksPerSecond };
}

/** Readers need nothing of the environment but what finds and starts Node: no token, no key. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  return { PATH, HOME, LANG, TMPDIR };
}

function start({ memoryBytes }: ReadLimits): ChildProcess {
  const heap = `--max-old-space-size=${Math.floor(memoryBytes / 2 ** 20)}`;
  return fork(fileURLToPath(entry), [], {
    execArgv: [heap, ...(isSource ? ["--import", import.meta.resolve("tsx")] : [])],
    env: bareEnvironment(),
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

type Failed = Extract<Told, { type: "failed" }>;

const asFailed = ({ code, message }: { code: string; message: string }): Failed => ({
  type: "failed",
  code,
  reason: message,
});

/** One process, and what has been heard of it and not been taken yet. */
class ReadingProcess {
  readonly #child: ChildProcess;
  readonly #limits: ReadLimits;
  readonly #heard: FromReader[] = [];
  readonly #killOnExit = (): void => void this.#child.kill("SIGKILL");
  #end: Failed | undefined;
  #wake: () => void = () => undefined;
  #reason: Failed | undefined;
  #lastBytes = 0;
  /** Of the file that is read; unknown until the process has begun with it. */
  #size: number | undefined;
  /** Processor's seconds when something was heard last. */
  #busyBefore: number | undefined;

  constructor(limits: ReadLimits) {
    this.#limits = limits;
    this.#child = start(limits);
    process.once("exit", this.#killOnExit);
    this.#child.on("message", (message: FromReader) => {
      this.#heard.push(message);
      this.#wake();
    });
    this.#child.once("error", (error) => this.#close(`could not be started: ${error.message}`));
    this.#child.once("exit", (code, signal) =>
      this.#close(signal === null ? `ended with ${code}` : `was ended by ${signal}`),
    );
  }

  #close(how: string): void {
    process.removeListener("exit", this.#killOnExit);
    this.#end ??= this.#reason ?? asFailed(readerDied(how));
    this.#wake();
  }

  get isUsable(): boolean {
    return this.#end === undefined && this.#lastBytes < WORN_BYTES;
  }

  say(message: ToReader): void {
    if (this.#child.connected) this.#child.send(message, undefined, undefined, () => undefined);
  }

  end(reason?: Failed): void {
    this.#reason ??= reason;
    this.#child.kill("SIGKILL");
  }

  async #look(began: number): Promise<void> {
    const { memoryBytes, silentSeconds } = this.#limits;
    const { bytes, seconds } = await usageOf(this.#child.pid ?? 0);
    this.#lastBytes = bytes;
    this.#busyBefore ??= seconds;
    if (bytes > memoryBytes)
      return this.end(asFailed(beyondLimit(`${formatBytes(memoryBytes)} of memory`)));
    const busy = seconds - this.#busyBefore;
    if (busy > this.#mostBusy)
      this.end(asFailed(readerDied(`got no further in ${formatDuration(busy)}`)));
    if (performance.now() - began > silentSeconds * 1000)
      this.end(asFailed(readerDied(`was silent for ${formatDuration(silentSeconds)}`)));
  }

  get #mostBusy(): number {
    const { busySeconds, busySecondsPerMegabyte } = this.#limits;
    if (this.#size === undefined) return Infinity;
    return busySeconds + (this.#size / 1e6) * busySecondsPerMegabyte;
  }

  /** The next that it says. Time counts only here: what is made of it meanwhile may take as long as it likes. */
  async hear(): Promise<FromReader> {
    const began = performance.now();
    const timer = setInterval(() => void this.#look(began), LOOK_MILLISECONDS);
    try {
      for (;;) {
        const message = this.#heard.shift();
        if (message !== undefined) return this.#took(message);
        if (this.#end !== undefined) return this.#end;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      clearInterval(timer);
    }
  }

  #took(message: FromReader): FromReader {
    if (message.type === "alive") this.#size = message.size;
    else if (message.type === "idle") this.#size = undefined;
    this.#busyBefore = undefined;
    return message;
  }

  /** Whether nothing more comes for its target. */
  isLast(told: FromReader): boolean {
    return told.type === "idle" || told === this.#end;
  }
}

/** Reads targets one after another in a process of their own. */
export class ReaderClient {
  readonly #settings: ReadSettings;
  #process: ReadingProcess | undefined;

  constructor(settings: ReadSettings) {
    this.#settings = settings;
  }

  #usable(): ReadingProcess {
    if (this.#process?.isUsable === true) return this.#process;
    this.#process?.end();
    this.#process = new ReadingProcess(this.#settings.limits);
    return this.#process;
  }

  /** As readTarget, and a failure too where the process ends. Left early, the rest of the target is not read. */
  async *read(target: ReadTarget): AsyncGenerator<Told> {
    const worker = this.#usable();
    worker.say({ type: "read", target, settings: this.#settings });
    let isDone = false;
    try {
      while (!isDone) {
        const told = await worker.hear();
        isDone = worker.isLast(told);
        if (told.type === "idle") return;
        yield told;
        if (told.type === "part") worker.say({ type: "more" });
      }
    } finally {
      if (!isDone) await this.#stop(worker);
    }
  }

  async #stop(worker: ReadingProcess): Promise<void> {
    worker.say({ type: "stop" });
    let told = await worker.hear();
    while (!worker.isLast(told)) told = await worker.hear();
  }

  close(): void {
    this.#process?.end();
    this.#process = undefined;
  }
}
