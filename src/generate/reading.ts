// A prompt while it is read, some tokens at a time, into caches of its own.
import type { LanguageModel, LayerCache } from "../models/index.ts";
import { carry, evaluate, int32, type Tensor } from "../mx/index.ts";
import type { Answer } from "./answer.ts";
import { choose } from "./choosing.ts";

export class PromptReading {
  readonly answer: Answer;
  readonly #model: LanguageModel;
  #cache: LayerCache[];
  #read: number;

  /** `begun`: caches that hold the first `read` tokens of the prompt already; there is one more at least. */
  constructor(model: LanguageModel, answer: Answer, begun: { cache: LayerCache[]; read: number }) {
    this.#model = model;
    this.answer = answer;
    this.#cache = begun.cache;
    this.#read = begun.read;
  }

  get cache(): LayerCache[] {
    return this.#cache;
  }

  get left(): number {
    return this.answer.request.prompt.length - this.#read;
  }

  *tensors(): Generator<Tensor> {
    for (const layer of this.#cache) yield* layer.tensors();
  }

  /** Reads so many more tokens; with the last of the prompt the answer gets its first. */
  read(count: number): void {
    const { prompt } = this.answer.request;
    const ids = prompt.slice(this.#read, this.#read + count);
    carry(this, () => {
      const hidden = this.#model.hidden(int32(ids, [1, ids.length]), { cache: this.#cache });
      this.#read += ids.length;
      if (this.left > 0) evaluate([...this.tensors()]);
      else {
        const last = hidden.narrow(1, ids.length - 1, ids.length);
        choose(this.#model.head(last).reshape(1, -1), [this.answer], this.tensors());
      }
    });
  }

  dispose(): void {
    for (const tensor of this.tensors()) tensor.dispose();
    this.#cache = [];
  }
}
