// The process that holds the model, seen from the server: started, asked, started again when it dies. What was open
// then fails with an error that says so; what is asked meanwhile waits for the next process.
import { setTimeout } from "node:timers/promises";
import { endedBy } from "../../core/ended-by.ts";
import { FtError } from "../../core/errors.ts";
import { logger } from "../../core/logger.ts";
import { unpackError } from "../../core/packed-errors.ts";
import { type Death, supervise } from "../../core/supervisor.ts";
import type { Adapter, CallName, Calls, FromModel, ModelFacts, ToModel } from "./messages.ts";
import { ModelCall } from "./model-call.ts";

export interface ModelHostOptions {
  /** The module of the process: calls `serveSupervisor`, tells `FromModel`, hears `ToModel`. */
  entry: URL;
  /** What the process is started with; asked again at every start. */
  request(adapters: readonly Adapter[]): unknown;
}

/** The request is at fault. */
export class AskersError extends Error {
  readonly error: FtError;

  constructor(error: FtError) {
    super(error.message, { cause: error });
    this.error = error;
  }
}

/** Milliseconds before the first start after a death, and at most after several in a row. */
const [firstPause, longestPause] = [50, 30_000];

/** How long the process may take to end by itself. */
const patienceMilliseconds = 3000;

interface Life {
  ready: Promise<ModelFacts>;
  say(message: ToModel): void;
  kill(): void;
}

function deathOf({ signal, code, lastWords }: Death, isFirstLoad: boolean): FtError {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  const what = isFirstLoad ? " while loading" : "; it is restarted";
  return new FtError("FT-SERVE-001", {
    message: `the process that holds the model ended ${how}${what}`,
    problems: lastWords === "" ? [] : lastWords.split("\n").slice(-12),
    hint: isFirstLoad
      ? "the system kills a process when memory runs out: use a smaller model, or --load-in-4bit"
      : "ask again; if it ends again, ask for less at once, or give ft serve a smaller --parallel",
  });
}

/** A call that nobody has been told anything of may be put to the next process: so many see it, if each dies. */
const mostLives = 3;

interface Open {
  readonly call: ModelCall<unknown, unknown>;
  readonly name: CallName;
  readonly request: unknown;
  isTold: boolean;
  lives: number;
}

export class ModelHost {
  /** Names and folders of adapters that are loaded; the next process loads them as well. */
  readonly adapters = new Map<string, string>();
  /** How often the process was started again. */
  restarts = 0;
  isReady = false;
  readonly #options: ModelHostOptions;
  readonly #closing = new AbortController();
  readonly #open = new Map<number, Open>();
  #next = 0;
  #deaths = 0;
  #life: Life;
  #over: Promise<unknown> = Promise.resolve();

  constructor(options: ModelHostOptions) {
    this.#options = options;
    this.#life = this.#start(0);
  }

  /** Resolves once the model is loaded; rejects with what keeps it from being so. */
  get ready(): Promise<ModelFacts> {
    return this.#life.ready;
  }

  /** Aborting ends the call with the signal's reason. */
  call<Name extends CallName>(
    name: Name,
    request: Calls[Name]["request"],
    signal?: AbortSignal,
  ): ModelCall<Calls[Name]["event"], Calls[Name]["result"]> {
    const id = this.#next++;
    const call = new ModelCall<unknown, unknown>();
    const cancel = (): void => {
      this.#life.say({ type: "cancel", id });
      this.#settle(id, (open) => open.fail(signal?.reason));
    };
    const open = { call, name, request, isTold: false, lives: 0 };
    this.#open.set(id, open);
    this.#ask(id, open);
    endedBy({ cancel, ended: call.result }, signal);
    return call as ModelCall<Calls[Name]["event"], Calls[Name]["result"]>;
  }

  /** Where the process dies before it is ready, `#ended` decides on what is open. */
  #ask(id: number, open: Open): void {
    const { name, request } = open;
    const life = this.#life;
    open.lives += 1;
    const say = (): void => {
      if (this.#open.has(id)) life.say({ type: "call", id, name, request });
    };
    life.ready.then(say, () => undefined);
  }

  /** Ends the process and everything open. */
  async close(): Promise<void> {
    this.#closing.abort();
    const done = new AbortController();
    const patience = setTimeout(patienceMilliseconds, undefined, { signal: done.signal });
    void patience.then(() => this.#life.kill()).catch(() => undefined);
    await this.#over.catch(() => undefined);
    done.abort();
  }

  #start(pause: number): Life {
    const { promise, resolve, reject } = withResolvers<ModelFacts>();
    const life: Life = { ready: promise, say: () => undefined, kill: () => undefined };
    this.#over = this.#lived(life, pause, resolve).catch((error: unknown) => {
      reject(error);
      this.#ended(error);
    });
    return life;
  }

  async #lived(life: Life, pause: number, ready: (facts: ModelFacts) => void): Promise<void> {
    const { signal } = this.#closing;
    if (pause > 0) await setTimeout(pause, undefined, { signal });
    await supervise({
      entry: this.#options.entry,
      request: this.#options.request(
        [...this.adapters].map(([name, folder]) => ({ name, folder })),
      ),
      signal,
      onStarted: ({ say, kill }) => Object.assign(life, { say, kill }),
      onTold: (told) => this.#hear(told as FromModel, ready),
      onDeath: (death) => deathOf(death, this.#isFirstLoad),
    });
    throw new FtError("FT-SERVE-002", { message: "the server is closing" });
  }

  #hear(told: FromModel, ready: (facts: ModelFacts) => void): void {
    if (told.type === "ready") {
      this.isReady = true;
      ready(told.facts);
    } else if (told.type === "event") {
      this.#deaths = 0;
      const open = this.#open.get(told.id);
      if (open !== undefined) open.isTold = true;
      open?.call.tell(told.event);
    } else if (told.type === "result") {
      this.#settle(told.id, (open) => open.succeed(told.result));
    } else {
      const error = unpackError(told.error);
      this.#settle(told.id, (open) => open.fail(told.isAskers ? new AskersError(error) : error));
    }
  }

  get #isFirstLoad(): boolean {
    return this.restarts === 0 && !this.isReady;
  }

  #settle(id: number, how: (call: ModelCall<unknown, unknown>) => void): void {
    const open = this.#open.get(id);
    this.#open.delete(id);
    if (open !== undefined) how(open.call);
  }

  #ended(error: unknown): void {
    const isOver = this.#closing.signal.aborted || this.#isFirstLoad;
    this.isReady = false;
    for (const [id, { isTold, lives }] of this.#open)
      if (isOver || isTold || lives >= mostLives) this.#settle(id, (call) => call.fail(error));
    if (isOver) return;
    logger().warn(error instanceof Error ? error.message : String(error));
    const pause = Math.min(longestPause, firstPause * 2 ** this.#deaths);
    this.#deaths += 1;
    this.restarts += 1;
    this.#life = this.#start(pause);
    this.#life.ready.catch(() => undefined);
    for (const [id, open] of this.#open) this.#ask(id, open);
  }
}

function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
