// The pass that writes for several adapters of a model at once: a model over the same weights whose layers know all of them.
import { canMix, MixedAdapters } from "../adapters/index.ts";
import { type LanguageModel, type LoadedModel, modelAgain } from "../models/index.ts";
import type { SharedPass } from "./engine.ts";

export class MixedPass implements SharedPass {
  readonly #model: LanguageModel;
  readonly #adapters: MixedAdapters;

  private constructor(model: LanguageModel, adapters: MixedAdapters) {
    this.#model = model;
    this.#adapters = adapters;
  }

  /** Undefined where no adapter can be written for so. The model itself must carry none. */
  static async over(
    loaded: LoadedModel,
    adapted: ReadonlyMap<string, LanguageModel>,
  ): Promise<MixedPass | undefined> {
    const fitting = new Map([...adapted].filter(([, model]) => canMix(loaded.model, model)));
    if (fitting.size === 0) return undefined;
    const model = await modelAgain(loaded);
    return new MixedPass(model, new MixedAdapters(model, fitting));
  }

  has(adapter: string): boolean {
    return this.#adapters.has(adapter);
  }

  modelFor(adapters: readonly string[]): LanguageModel {
    this.#adapters.choose(adapters);
    return this.#model;
  }

  /** The weights are the model's and stay. */
  dispose(): void {
    this.#adapters.dispose();
  }
}
