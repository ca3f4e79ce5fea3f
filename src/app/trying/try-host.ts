// Models held to be tried: each in a process of its own, started when it is first asked and ended when nobody has asked
// for a while. Adapters are put beside a base that is loaded; only another base is another process.
import { FtError } from "../../core/errors.ts";
import {
  type Adapter,
  type AnswerEvent,
  type AnswerRequest,
  type AnswerTotals,
  type ModelFacts,
  ModelHost,
} from "../../serve/index.ts";
import type { ModelStart } from "../serve/model-messages.ts";

const entry = new URL(
  import.meta.url.endsWith(".ts") ? "../serve/model-process.ts" : "../serve/model-process.js",
  import.meta.url,
);

export interface TryHostOptions {
  /** Milliseconds without a question after which a model's process ends. */
  idleMilliseconds?: number;
  /** Processes at once: the one that was asked longest ago gives way. */
  most?: number;
}

/** One model that is held, as it is told. */
export interface HeldModel {
  base: string;
  /** Names of adapters beside it. */
  adapters: string[];
  isReady: boolean;
  /** Answers that it is writing. */
  answering: number;
  /** Most tokens of prompt and answer; null where nothing says, or before it is loaded. */
  context: number | null;
}

interface Held {
  base: string;
  host: ModelHost;
  facts: ModelFacts | undefined;
  /** Of each adapter that was asked for: two requests for one wait for the same loading. */
  loading: Map<string, Promise<unknown>>;
  answering: number;
  askedAt: number;
  idle: NodeJS.Timeout | undefined;
}

/** What comes of one question: events in order, then what it took. */
export interface Asking extends AsyncIterable<AnswerEvent> {
  readonly result: Promise<AnswerTotals>;
}

const usualIdle = 10 * 60_000;
const megabyte = 2 ** 20;

function startOf(base: string, adapters: readonly Adapter[]): ModelStart {
  return {
    ...{ model: base, adapter: undefined, encoder: undefined, template: undefined },
    ...{ loadIn4bit: false, adapters, parallel: 4, prefixBytes: 256 * megabyte },
    ...{ maxTokens: 512, context: undefined },
  };
}

export class TryHost {
  readonly #options: Required<TryHostOptions>;
  readonly #held = new Map<string, Held>();
  readonly #ending = new Set<Promise<void>>();
  #isClosed = false;

  constructor({ idleMilliseconds = usualIdle, most = 2 }: TryHostOptions = {}) {
    this.#options = { idleMilliseconds, most };
  }

  /** Models that are held, the one asked last first. */
  get models(): HeldModel[] {
    const all = [...this.#held.values()].toSorted((a, b) => b.askedAt - a.askedAt);
    return all.map(({ base, host, facts, answering }) => ({
      ...{ base, adapters: [...host.adapters.keys()], isReady: host.isReady, answering },
      context: facts?.context ?? null,
    }));
  }

  /** Whether a question would be answered without loading a model first. */
  isReady(base: string): boolean {
    return this.#held.get(base)?.host.isReady === true;
  }

  /**
   * Asks a base, or an adapter on it, once both are loaded.
   * @throws what loading throws; AskersError where the adapter or the question is at fault.
   */
  async ask(
    base: string,
    adapter: Adapter | undefined,
    request: AnswerRequest,
    signal: AbortSignal,
  ): Promise<Asking> {
    const held = this.#hold(base);
    held.answering += 1;
    try {
      held.facts = await held.host.ready;
      signal.throwIfAborted();
      if (adapter !== undefined) await this.#load(held, adapter);
      signal.throwIfAborted();
      const call = held.host.call("answer", { ...request, adapter: adapter?.name }, signal);
      call.result.then(
        () => this.#leave(held),
        () => this.#leave(held),
      );
      return call;
    } catch (error) {
      this.#leave(held);
      if (!held.host.isReady && held.facts === undefined) this.#drop(held);
      throw error;
    }
  }

  /** Ends the process of a base, or of all; whoever is being answered gets an error. */
  async unload(base?: string): Promise<void> {
    const some = [...this.#held.values()].filter(
      (held) => base === undefined || held.base === base,
    );
    for (const held of some) this.#drop(held);
    await Promise.all(this.#ending);
  }

  /** Ends all; what is asked afterwards is refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.unload();
  }

  #hold(base: string): Held {
    if (this.#isClosed) throw new FtError("FT-SERVE-002", { message: "the server is closing" });
    const known = this.#held.get(base);
    if (known !== undefined) {
      known.askedAt = performance.now();
      clearTimeout(known.idle);
      return known;
    }
    this.#makeRoom();
    const host = new ModelHost({ entry, request: (adapters) => startOf(base, adapters) });
    host.ready.catch(() => undefined);
    const held: Held = {
      ...{ base, host, facts: undefined, loading: new Map<string, Promise<unknown>>() },
      ...{ answering: 0, askedAt: performance.now(), idle: undefined },
    };
    this.#held.set(base, held);
    return held;
  }

  /** The model that was asked longest ago and has nothing to do gives way; with none such, one more is held. */
  #makeRoom(): void {
    const free = [...this.#held.values()].filter(({ answering }) => answering === 0);
    const oldest = free.toSorted((a, b) => a.askedAt - b.askedAt);
    const over = this.#held.size - this.#options.most + 1;
    for (const held of oldest.slice(0, Math.max(0, over))) this.#drop(held);
  }

  async #load(held: Held, { name, folder }: Adapter): Promise<void> {
    const known = held.loading.get(name);
    if (known !== undefined) {
      await known;
      return;
    }
    const loading = held.host.call("add-adapter", { name, folder }).result;
    held.loading.set(name, loading);
    try {
      await loading;
      held.host.adapters.set(name, folder);
    } catch (error) {
      held.loading.delete(name);
      throw error;
    }
  }

  #leave(held: Held): void {
    held.answering -= 1;
    if (held.answering > 0 || this.#held.get(held.base) !== held) return;
    clearTimeout(held.idle);
    held.idle = setTimeout(() => this.#drop(held), this.#options.idleMilliseconds);
    held.idle.unref();
  }

  #drop(held: Held): void {
    clearTimeout(held.idle);
    if (this.#held.get(held.base) === held) this.#held.delete(held.base);
    const ended = held.host.close().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}
