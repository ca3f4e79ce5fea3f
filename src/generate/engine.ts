// The one engine that writes text, for a single answer and for many at once: prompts are read in pieces, answers join
// and leave between tokens, beginnings that were read before are not read again. An answer's text depends on its own
// request, not on what is written beside it. Continuous batching: Yu et al. 2022 (Orca).
import { setImmediate } from "node:timers/promises";
import type { LanguageModel } from "../models/index.ts";
import type { Packing } from "../mx/index.ts";
import type { Tokenizer } from "../text/types.ts";
import { Answer } from "./answer.ts";
import { Batch } from "./batch.ts";
import { Generation } from "./generation.ts";
import { PrefixCache } from "./prefix-cache.ts";
import { PromptReading } from "./reading.ts";
import type { GeneratedToken, GenerationRequest } from "./requests.ts";

export interface EngineOptions {
  /** Answers that are written at once; others wait. */
  mostAnswers?: number;
  /** Prompt tokens read in one pass: bounds the memory of attention scores. */
  chunkTokens?: number;
  /** The same while answers are being written, which wait meanwhile. */
  besideTokens?: number;
  /** Bytes for beginnings that were read; 0 keeps none. */
  prefixBytes?: number;
  /** Whether answers are kept too, for the next turn of their conversation. */
  keepsAnswers?: boolean;
  /** Keys and values are held packed. */
  cachePacking?: Packing | undefined;
  /** Most tokens of prompt and answer, where the model has learned each position. */
  positionLimit?: number | undefined;
}

const usual = {
  mostAnswers: 16,
  chunkTokens: 512,
  besideTokens: 32,
  prefixBytes: 0,
  keepsAnswers: false,
};

/** One model with what is read by it, and the batch that writes its answers, which lanes may share. */
interface Lane {
  model: LanguageModel;
  batch: Batch;
  /** In the order in which they came. */
  readings: PromptReading[];
}

/** One model that writes for several adapters at once, a row each. */
export interface SharedPass {
  /** Whether it can write for this adapter. */
  has(adapter: string): boolean;
  /** For rows of these adapters; "" is the model as it is. */
  modelFor(adapters: readonly string[]): LanguageModel;
}

export interface EngineLoad {
  waiting: number;
  reading: number;
  writing: number;
  prefixBytes: number;
}

export class Engine {
  readonly #tokenizer: Tokenizer;
  readonly #options: typeof usual & EngineOptions;
  /** By the name of an adapter; "" is the model as it is. */
  readonly #lanes = new Map<string, Lane>();
  readonly #prefixes: PrefixCache;
  /** Of the model as it is, and of adapters that write in the same pass. */
  readonly #common: Batch;
  #shared: SharedPass | undefined;
  #waiting: Answer[] = [];
  #isRunning = false;

  constructor(model: LanguageModel, tokenizer: Tokenizer, options: EngineOptions = {}) {
    this.#tokenizer = tokenizer;
    this.#options = { ...usual, ...options };
    this.#prefixes = new PrefixCache(this.#options.prefixBytes);
    this.#common = new Batch((answers) => this.#commonModel(model, answers));
    this.#lanes.set("", { model, batch: this.#common, readings: [] });
  }

  /** Requests may name it as their adapter: a second model over the same weights. */
  addModel(adapter: string, model: LanguageModel): void {
    this.#lanes.set(adapter, { model, batch: new Batch(() => model), readings: [] });
  }

  /** Adapters that are given from now on, and this pass has, write with the model and each other; the others alone. */
  sharePass(shared: SharedPass | undefined): void {
    this.#shared = shared;
    for (const [adapter, lane] of this.#lanes)
      if (shared?.has(adapter) === true && lane.batch.answers.length === 0)
        lane.batch = this.#common;
  }

  #commonModel(model: LanguageModel, answers: readonly Answer[]): LanguageModel {
    const adapters = answers.map(({ request }) => request.adapter ?? "");
    const isPlain = adapters.every((adapter) => adapter === "");
    return isPlain ? model : (this.#shared as SharedPass).modelFor(adapters);
  }

  get #batches(): Set<Batch> {
    return new Set([...this.#lanes.values()].map(({ batch }) => batch));
  }

  /** Cancels what is asked of an adapter and forgets it; its model may be freed once this resolves. */
  async removeModel(adapter: string): Promise<void> {
    const lane = this.#lanes.get(adapter);
    if (lane === undefined) return;
    const own = this.#answersOf(adapter, lane);
    for (const { generation } of own) generation.cancel();
    await Promise.allSettled(own.map(({ generation }) => generation.ended));
    this.#prefixes.clear(lane);
    this.#lanes.delete(adapter);
  }

  get load(): EngineLoad {
    const lanes = [...this.#lanes.values()];
    const count = (of: (lane: Lane) => number): number =>
      lanes.reduce((sum, lane) => sum + of(lane), 0);
    return {
      waiting: this.#waiting.length,
      reading: count(({ readings }) => readings.length),
      writing: [...this.#batches].reduce((sum, { answers }) => sum + answers.length, 0),
      prefixBytes: this.#prefixes.bytes,
    };
  }

  /** Begins with the next turn of the event loop; `onToken` gets tokens at once, else they wait to be taken. */
  submit(request: GenerationRequest, onToken?: (token: GeneratedToken) => void): Generation {
    this.#require(request);
    const generation = new Generation(onToken && { onToken });
    const { positionLimit = Number.POSITIVE_INFINITY } = this.#options;
    const room = positionLimit - request.prompt.length + 1;
    const how = { tokenizer: this.#tokenizer, room };
    this.#waiting.push(new Answer(request, generation, how));
    void this.#run();
    return generation;
  }

  /** Ends every answer with an error, and frees all but the models. */
  dispose(): void {
    this.#abort(new Error("the engine was closed"));
    this.#prefixes.clear();
  }

  #require({ prompt, maxTokens, adapter = "" }: GenerationRequest): void {
    if (prompt.length === 0) throw new RangeError("the prompt has no tokens");
    if (maxTokens < 1) throw new RangeError("an answer has a token at least");
    if (!this.#lanes.has(adapter)) throw new RangeError(`there is no adapter '${adapter}'`);
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      // computing blocks the event loop: requests, cancellations and what was told have their turn between passes
      do await setImmediate();
      while (this.#step());
    } catch (error) {
      this.#abort(error);
    } finally {
      this.#isRunning = false;
    }
  }

  /** Reads and writes some; false where nothing is left to do. */
  #step(): boolean {
    this.#dropOver();
    this.#read();
    for (const batch of this.#batches) {
      this.#release(batch);
      if (batch.answers.length === 0) continue;
      batch.step();
      this.#release(batch);
    }
    const { waiting, reading, writing } = this.load;
    return waiting + reading + writing > 0;
  }

  /** Lets go of what is over before anything of it was written. */
  #dropOver(): void {
    for (const answer of this.#waiting.filter(({ isOver }) => isOver)) answer.close();
    this.#waiting = this.#waiting.filter(({ isOver }) => !isOver);
    for (const [, lane] of this.#lanes) {
      for (const reading of lane.readings.filter(({ answer }) => answer.isOver)) {
        reading.dispose();
        reading.answer.close();
      }
      lane.readings = lane.readings.filter(({ answer }) => !answer.isOver);
    }
  }

  /** Begins as many answers as there is room for. */
  #begin(): void {
    for (;;) {
      const { reading, writing } = this.load;
      const answer = reading + writing < this.#options.mostAnswers && this.#waiting.shift();
      if (answer === undefined || answer === false) return;
      const lane = this.#laneOf(answer);
      lane.readings.push(this.#opened(lane, answer));
    }
  }

  #opened(lane: Lane, answer: Answer): PromptReading {
    const { cachePacking: packing } = this.#options;
    const found = this.#prefixes.find(lane, answer.request.prompt);
    answer.cachedTokens = found?.read ?? 0;
    const begun = found ?? { cache: lane.model.makeCache({ packing }), read: 0 };
    return new PromptReading(lane.model, answer, begun);
  }

  /** Reads prompts, as many tokens as this turn has. */
  #read(): void {
    this.#begin();
    const { chunkTokens, besideTokens } = this.#options;
    let left = this.load.writing > 0 ? besideTokens : chunkTokens;
    for (const [, lane] of this.#lanes) {
      const done: PromptReading[] = [];
      for (const reading of lane.readings) {
        // a small rest is not worth a pass
        if (left < Math.min(reading.left, besideTokens)) break;
        const count = Math.min(left, reading.left);
        reading.read(count);
        left -= count;
        if (reading.left === 0) done.push(reading);
      }
      lane.readings = lane.readings.filter((reading) => !done.includes(reading));
      this.#written(lane, done);
    }
  }

  /** Prompts that were read to their end go on as answers, but for those whose first token ended them. */
  #written(lane: Lane, done: readonly PromptReading[]): void {
    for (const { answer, cache } of done)
      this.#prefixes.keep(lane, answer.request.prompt, () =>
        cache.map((layer) => layer.ofRows([0])),
      );
    for (const reading of done.filter(({ answer }) => answer.isOver)) {
      reading.dispose();
      reading.answer.close();
    }
    lane.batch.join(done.filter(({ answer }) => !answer.isOver));
  }

  #release(batch: Batch): void {
    const over = this.#options.keepsAnswers ? batch.answers.filter(({ isOver }) => isOver) : [];
    for (const answer of over)
      this.#prefixes.keep(this.#laneOf(answer), answer.readIds, () => batch.copyOf(answer));
    batch.release();
  }

  #laneOf({ request }: Answer): Lane {
    return this.#lanes.get(request.adapter ?? "") as Lane;
  }

  #answersOf(adapter: string, { batch, readings }: Lane): Answer[] {
    const isOwn = ({ request }: Answer): boolean => (request.adapter ?? "") === adapter;
    const others = [...this.#waiting, ...batch.answers].filter(isOwn);
    return [...others, ...readings.map(({ answer }) => answer)];
  }

  #abort(error: unknown): void {
    for (const { generation } of this.#waiting) generation.fail(error);
    this.#waiting = [];
    for (const [, lane] of this.#lanes) {
      for (const reading of lane.readings) {
        reading.answer.generation.fail(error);
        reading.dispose();
      }
      lane.readings = [];
    }
    for (const batch of this.#batches) batch.abort(error);
  }
}
