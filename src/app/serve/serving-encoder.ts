// An encoder of sentences in its process: texts in, vectors out.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { ModelError } from "../../core/errors.ts";
import { parsePythonJson } from "../../core/json-text.ts";
import { isEncoder, SentenceEncoder } from "../../models/encoders/index.ts";
import { describeBackend } from "../../mx/index.ts";
import type {
  AnswerEvent,
  CallName,
  EmbedRequest,
  EmbedResult,
  ModelFacts,
} from "../../serve/index.ts";
import { openStoredModel, resolveModel } from "../../weights/index.ts";
import { type CallWatch, Refused, refusing, type Serving, wrongKind } from "./serving.ts";

function isEncoderFolder(folder: string): boolean {
  const file = join(folder, "config.json");
  if (!existsSync(file)) return false;
  const parsed = parsePythonJson(readFileSync(file, "utf8"));
  return parsed.ok && isEncoder({ config: parsed.value });
}

export class ServingEncoder implements Serving {
  readonly facts: ModelFacts;
  readonly #encoder: SentenceEncoder;

  private constructor(encoder: SentenceEncoder) {
    this.#encoder = encoder;
    this.facts = { warnings: [], context: encoder.mostTokens };
  }

  /** Undefined for a model of another kind. Throws what src/weights and src/models/encoders throw. */
  static async load(model: string): Promise<ServingEncoder | undefined> {
    const { folder, remote } = await resolveModel(model, { leaveWeights: true });
    if (!isEncoderFolder(folder)) return undefined;
    const isHere = remote === undefined || remote.length === 0;
    const resolved = isHere ? folder : (await resolveModel(model)).folder;
    describeBackend();
    return new ServingEncoder(await SentenceEncoder.load(await openStoredModel(resolved)));
  }

  async call(name: CallName, request: unknown, watch: CallWatch<AnswerEvent>): Promise<unknown> {
    if (name === "embed") return await this.#embed(request as EmbedRequest, watch.signal);
    throw new Refused(wrongKind("makes vectors of sentences and writes no text"));
  }

  dispose(): void {
    this.#encoder.dispose();
  }

  async #embed({ inputs }: EmbedRequest, signal: AbortSignal): Promise<EmbedResult> {
    const vectors: number[][] = [];
    let tokens = 0;
    for (const input of inputs) {
      const { vector, tokens: own } = refusing(() => this.#encoder.embed(this.#known(input)));
      vectors.push([...vector]);
      tokens += own;
      // computing blocks the event loop: others and cancellations have their turn
      await setImmediate();
      signal.throwIfAborted();
    }
    return { vectors, tokens };
  }

  #known(input: string | number[]): string | number[] {
    const { vocabularySize } = this.#encoder;
    const isKnown = typeof input === "string" || input.every((id) => id < vocabularySize);
    if (isKnown) return input;
    throw new ModelError("FT-SERVE-005", {
      message: `there are ids beyond the ${vocabularySize} tokens`,
    });
  }
}
