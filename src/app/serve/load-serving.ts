// What one process serves: a model that writes text, an encoder of sentences, or both. One process for both, so that they
// take turns at the processor's threads and do not fight for them.
import { ModelError } from "../../core/errors.ts";
import type { AnswerEvent, CallName, ModelFacts } from "../../serve/index.ts";
import type { ModelStart } from "./model-messages.ts";
import { ServingEncoder } from "./serving-encoder.ts";
import { ServingModel } from "./serving-model.ts";
import type { CallWatch, Serving } from "./serving.ts";

class WriterAndEncoder implements Serving {
  readonly facts: ModelFacts;
  readonly #writer: Serving;
  readonly #encoder: Serving;

  constructor(writer: Serving, encoder: Serving) {
    this.facts = writer.facts;
    this.#writer = writer;
    this.#encoder = encoder;
  }

  async call(name: CallName, request: unknown, watch: CallWatch<AnswerEvent>): Promise<unknown> {
    const asked = name === "embed" ? this.#encoder : this.#writer;
    return await asked.call(name, request, watch);
  }

  dispose(): void {
    this.#writer.dispose();
    this.#encoder.dispose();
  }
}

function wrongEncoder(message: string): ModelError {
  return new ModelError("FT-SERVE-012", {
    message,
    hint: "ft serve MODEL --embeddings ENCODER: MODEL writes text, ENCODER is a bert; ft serve ENCODER serves it alone",
  });
}

/** @throws ModelError FT-SERVE-012 where one of the two is of the other's kind; what loading either throws. */
export async function loadServing(start: ModelStart): Promise<Serving> {
  const { model, encoder: name } = start;
  const alone = await ServingEncoder.load(model);
  if (name === undefined) return alone ?? (await ServingModel.load(start));
  if (alone !== undefined) {
    alone.dispose();
    throw wrongEncoder(`${model} is an encoder itself and needs none beside it`);
  }
  const encoder = await ServingEncoder.load(name);
  if (encoder === undefined) throw wrongEncoder(`${name} is not a sentence encoder`);
  return new WriterAndEncoder(await ServingModel.load(start), encoder);
}
