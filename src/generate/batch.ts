// Answers that are written together, one token of each in a pass: they join and leave between passes.
import type { LanguageModel, LayerCache } from "../models/index.ts";
import { carry, evaluate, int32, type Tensor } from "../mx/index.ts";
import type { Answer } from "./answer.ts";
import { choose } from "./choosing.ts";
import type { PromptReading } from "./reading.ts";

/** The model that writes the next token of these answers, a row each. */
export type ModelOf = (answers: readonly Answer[]) => LanguageModel;

export class Batch {
  readonly #modelOf: ModelOf;
  #cache: LayerCache[] = [];
  #answers: Answer[] = [];

  constructor(modelOf: ModelOf) {
    this.#modelOf = modelOf;
  }

  get answers(): readonly Answer[] {
    return this.#answers;
  }

  *tensors(): Generator<Tensor> {
    for (const layer of this.#cache) yield* layer.tensors();
  }

  /** Takes over prompts that were read, whose answers have their first token. */
  join(readings: readonly PromptReading[]): void {
    if (readings.length === 0) return;
    const own = this.#answers.length === 0 ? [] : [this.#cache];
    const [first = [], ...others] = [...own, ...readings.map(({ cache }) => cache)];
    carry(this, () => {
      this.#cache = first.map((layer, at) => layer.with(others.map((other) => other[at]!)));
      evaluate([...this.tensors()]);
    });
    this.#answers.push(...readings.map(({ answer }) => answer));
    for (const reading of readings) reading.dispose();
  }

  /** The next token of every answer. */
  step(): void {
    const ids = this.#answers.map(({ last }) => last);
    const model = this.#modelOf(this.#answers);
    carry(this, () => {
      const hidden = model.hidden(int32(ids, [ids.length, 1]), { cache: this.#cache });
      const logits = model.head(hidden).reshape(ids.length, -1);
      choose(logits, this.#answers, this.tensors());
    });
  }

  /** What the caches hold of one answer: its prompt and all of its tokens but the last. */
  copyOf(answer: Answer): LayerCache[] {
    const row = this.#answers.indexOf(answer);
    return this.#cache.map((layer) => layer.ofRows([row]));
  }

  /** Lets answers that are over go, and tells them. */
  release(): void {
    const staying = [...this.#answers.keys()].filter((row) => !this.#answers[row]!.isOver);
    if (staying.length === this.#answers.length) return;
    const over = this.#answers.filter((answer) => answer.isOver);
    carry(this, () => {
      this.#cache = staying.length === 0 ? [] : this.#cache.map((layer) => layer.ofRows(staying));
      evaluate([...this.tensors()]);
    });
    this.#answers = staying.map((row) => this.#answers[row]!);
    for (const answer of over) answer.close();
  }

  /** Ends everything at once. */
  abort(error: unknown): void {
    for (const { generation } of this.#answers) generation.fail(error);
    for (const tensor of this.tensors()) tensor.dispose();
    this.#answers = [];
    this.#cache = [];
  }
}
