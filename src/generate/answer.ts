// What the engine knows of one answer: the tokens so far, how the next is chosen, and when it is at its end.
// Runs no model.
import { Random } from "../core/random.ts";
import type { Tokenizer } from "../text/types.ts";
import { AnswerText } from "./answer-text.ts";
import type { Generation } from "./generation.ts";
import type { ConstraintState, FinishReason, GenerationRequest } from "./requests.ts";
import { rated, TokenChooser } from "./sampling.ts";

interface AnswerOptions {
  tokenizer: Tokenizer;
  /** Tokens that can follow the prompt; the last of them needs no position any more. */
  room: number;
}

export class Answer {
  readonly request: GenerationRequest;
  readonly generation: Generation;
  readonly tokenIds: number[] = [];
  /** Tokens of the prompt that were not read again. */
  cachedTokens = 0;
  readonly #chooser: TokenChooser;
  readonly #constraint: ConstraintState | undefined;
  readonly #text: AnswerText;
  readonly #stops: ReadonlySet<number>;
  readonly #room: number;
  readonly #began = performance.now();
  #firstAt: number | undefined;
  /** Tokens that were asked for: those of the answer, and a stop token behind them. */
  #asked = 0;
  #told = "";
  #failure: { error: unknown } | undefined;
  #finish: { finishReason: FinishReason; stopString?: string } | undefined;

  constructor(
    request: GenerationRequest,
    generation: Generation,
    { tokenizer, room }: AnswerOptions,
  ) {
    this.request = request;
    this.generation = generation;
    this.#room = room;
    this.#stops = new Set(request.stopTokenIds);
    this.#text = new AnswerText(tokenizer, request.stopStrings, request.shownTokens);
    this.#constraint = request.constraint?.begin();
    const random = Random.fromSeed(request.seed).split("sampling");
    this.#chooser = new TokenChooser(request.sampling, random, request.prompt);
  }

  get isOver(): boolean {
    if (this.generation.isCancelled) this.#end({ finishReason: "cancelled" });
    return this.#finish !== undefined || this.#failure !== undefined;
  }

  /** The token that goes on, once one was taken. */
  get last(): number {
    return this.tokenIds.at(-1) as number;
  }

  /** Prompt and answer as far as the model has read them: a token is read when the next is asked for. */
  get readIds(): number[] {
    const { prompt } = this.request;
    return [...prompt, ...this.tokenIds].slice(0, prompt.length + this.#asked - 1);
  }

  /** Whether the likeliest token is enough to know. */
  get needsNoLogits(): boolean {
    const { alternatives, constraint } = this.request;
    return this.#chooser.takesLikeliest && alternatives === undefined && constraint === undefined;
  }

  /** Chooses from logits (vocabulary) and takes the token. */
  choose(logits: Float32Array): void {
    this.#guarded(() => this.#choose(logits));
  }

  take(id: number): void {
    this.#guarded(() => this.#take(id));
  }

  /** What goes wrong ends this answer alone, with its error. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failure = { error };
    }
  }

  #choose(logits: Float32Array): void {
    const id = this.#chooser.choose(logits, this.#constraint?.allowed());
    const { alternatives } = this.request;
    if (alternatives === undefined) return this.#take(id);
    const rating = rated(logits, id, alternatives);
    this.#take(id, alternatives === 0 ? { logProbability: rating.logProbability } : rating);
  }

  #take(id: number, rating: Partial<ReturnType<typeof rated>> = {}): void {
    this.#firstAt ??= performance.now();
    this.#asked += 1;
    if (this.#stops.has(id)) return this.#end({ finishReason: "stop" });
    this.tokenIds.push(id);
    this.#chooser.take(id);
    this.#constraint?.accept(id);
    const { text, stopString } = this.#text.add(id);
    this.#told += text;
    this.generation.tell({ id, text, ...rating });
    if (stopString !== undefined) this.#end({ finishReason: "stop", stopString });
    else if (this.#constraint?.isFinished === true) this.#end({ finishReason: "stop" });
    else if (this.tokenIds.length >= this.request.maxTokens) this.#end({ finishReason: "length" });
    else if (this.tokenIds.length >= this.#room) this.#end({ finishReason: "position-limit" });
  }

  /** Tells what is left of the text, and the end; or what went wrong. Once, when `isOver`. */
  close(): void {
    if (this.#failure !== undefined) return this.generation.fail(this.#failure.error);
    const { finishReason, stopString } = this.#finish ?? { finishReason: "cancelled" as const };
    const rest = stopString === undefined ? this.#text.end() : { text: "" };
    this.#told += rest.text;
    const since = (at: number): number => (at - this.#began) / 1000;
    const now = performance.now();
    this.generation.end({
      finishReason: rest.stopString === undefined ? finishReason : "stop",
      ...(stopString !== undefined && { stopString }),
      ...(rest.stopString !== undefined && { stopString: rest.stopString }),
      tokenIds: this.tokenIds,
      text: this.#told,
      cachedTokens: this.cachedTokens,
      promptTokens: this.request.prompt.length,
      seconds: { first: since(this.#firstAt ?? now), all: since(now) },
    });
  }

  #end(finish: { finishReason: FinishReason; stopString?: string }): void {
    this.#finish ??= finish;
  }
}
