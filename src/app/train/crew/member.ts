// One worker as whoever started it sees it: what it said last, whether it lives, how it ended.
import { createInterface } from "node:readline";
import type { FtError } from "../../../core/errors.ts";
import { parseJson } from "../../../core/json-text.ts";
import { unpackError } from "../../../core/packed-errors.ts";
import { MemoryWatch } from "../../../core/process-memory.ts";
import type { Death } from "../../../core/supervisor.ts";
import type { Crew } from "../../../train/parallel/shares.ts";
import type { WorkerLink } from "./links.ts";
import { type FromWorker, type ToWorker, workerName } from "./messages.ts";

export interface Exchange {
  /** The last that it began, and that it ended. */
  entered: number;
  left: number;
  bytes: number;
}

export class Member {
  readonly crew: Crew;
  readonly link: WorkerLink;
  readonly name: string;
  /** Where its neighbour finds it. */
  address: string | undefined;
  isJoined = false;
  isSaving = false;
  /** It said how its work went. */
  isDone = false;
  /** Its process is gone. */
  isGone = false;
  failure: FtError | undefined;
  result: unknown;
  readonly exchange: Exchange = { entered: 0, left: 0, bytes: 0 };
  /** Seconds without a word, from its first word on. */
  silence = 0;
  #hasSpoken = false;
  readonly #memory: MemoryWatch;

  constructor(crew: Crew, link: WorkerLink) {
    this.crew = crew;
    this.link = link;
    this.name = workerName(crew, link.host);
    this.#memory = new MemoryWatch(link.child.pid ?? 0);
    // A pipe that breaks is told by `close`.
    link.child.stdin?.on("error", () => undefined);
  }

  say(message: ToWorker): void {
    if (!this.isGone) this.link.child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  kill(): void {
    if (!this.isGone) this.link.child.kill("SIGKILL");
  }

  /** Calls for every word of its, and once with how its process ended. */
  listen(onWord: (message: FromWorker) => void, onEnd: (death: Death) => void): void {
    const { child } = this.link;
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on("line", (line) => {
        const parsed = parseJson(line);
        if (parsed.ok) this.#take(parsed.value as FromWorker, onWord);
      });
    }
    const ended = (code: number | null, signal: string | null): void => {
      if (this.isGone) return;
      this.isGone = true;
      this.#memory.stop();
      const { peakBytes } = this.#memory;
      const wasMemoryShort = this.#memory.hasKilled();
      const lastWords = this.link.lastWords().trim();
      onEnd({ code, signal, lastWords, peakBytes, wasMemoryShort });
    };
    child.on("error", () => ended(null, null));
    child.on("close", ended);
  }

  #take(message: FromWorker, onWord: (message: FromWorker) => void): void {
    this.silence = 0;
    this.#hasSpoken = true;
    if (message.type === "ready") this.address = message.address;
    else if (message.type === "joined") this.isJoined = true;
    else if (message.type === "saving") this.isSaving = true;
    else if (message.type === "entered") {
      this.exchange.entered = message.exchange;
      this.exchange.bytes = message.bytes;
    } else if (message.type === "left") this.exchange.left = message.exchange;
    else if (message.type === "done") {
      this.isDone = true;
      this.result = message.result;
    } else if (message.type === "failed") {
      this.isDone = true;
      this.failure = unpackError(message.error);
    }
    onWord(message);
  }

  /** A second has passed; one that is loading its program is not expected to speak. */
  tick(): void {
    if (this.#hasSpoken && !this.isGone && !this.isDone) this.silence += 1;
  }
}
