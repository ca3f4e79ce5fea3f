// A model on this machine as a judge: asked through the engine, many at once, its answers held to the schema. Greedy.
import { FtError } from "../../../core/errors.ts";
import { parseJson } from "../../../core/json-text.ts";
import type { Judge, JudgeReply, JudgeRequest, JudgeSpeed } from "../../../eval/judge/index.ts";
import { jsonSchemaConstraint } from "../../../generate/constraints/index.ts";
import { type GenerationEnd, plainSampling } from "../../../generate/index.ts";
import { loadModel, type LoadModelOptions, type Model } from "../../../generate/load-model.ts";
import { namedModel } from "../../../generate/named-model.ts";
import { rendererOf } from "../../../text/index.ts";
import type { Message } from "../../../text/types.ts";
import { generateText } from "../../generate/generate-text.ts";

/** What requests begin with alike is read once. */
const prefixBytes = 2 ** 28;

const probe = { requests: 8, promptTokens: 96, shortest: 40, longest: 60 };

export class LocalJudge implements Judge {
  readonly name: string;
  readonly identity: Readonly<Record<string, unknown>>;
  readonly atOnce = 16;
  /** Of loading. */
  readonly warnings: readonly string[];
  readonly #model: Model;
  #speed: Promise<JudgeSpeed> | undefined;

  private constructor(name: string, identity: Readonly<Record<string, unknown>>, model: Model) {
    this.name = name;
    this.identity = identity;
    this.#model = model;
    this.warnings = model.warnings;
  }

  /** `name`: as `--judge` has it. Throws what `loadModel` throws. */
  static async load(
    name: string,
    options: Pick<LoadModelOptions, "onDownload" | "signal"> = {},
  ): Promise<LocalJudge> {
    const { base, adapter, digest } = await namedModel(name, undefined);
    const model = await loadModel(base, {
      ...options,
      ...(adapter && { adapter }),
      engine: { prefixBytes },
    });
    return new LocalJudge(name, { base, adapter: digest }, model);
  }

  countTokens(messages: readonly Message[]): number {
    return rendererOf(this.#model.tokenizer, this.#model.template).prompt(messages).length;
  }

  countText(text: string): number {
    return this.#model.tokenizer.encode(text).length;
  }

  /** A question too long for the model is not judged, nor is one whose answer comes to no end. */
  async ask(
    { messages, schema, maxTokens }: JudgeRequest,
    signal?: AbortSignal,
  ): Promise<JudgeReply> {
    const asked = { messages, jsonSchema: schema, maxTokens, temperature: 0 };
    try {
      const { text, tokenIds, finishReason } = await generateText({
        ...{ model: this.#model, ...asked },
        ...(signal && { signal }),
      });
      const parsed = finishReason === "stop" ? parseJson(text) : undefined;
      return { value: parsed?.ok === true ? parsed.value : undefined, tokens: tokenIds.length };
    } catch (error) {
      const isTooLong = error instanceof FtError && error.code === "FT-GENERATE-002";
      if (isTooLong) return { value: undefined, tokens: 0 };
      throw error;
    }
  }

  /** Of several at once, held to a schema as judgements are; once. */
  speed(): Promise<JudgeSpeed> {
    this.#speed ??= this.#measured();
    return this.#speed;
  }

  /** Half of what a model of few positions reads, so that it can answer. */
  get #probeTokens(): number {
    const { positionLimit = Number.POSITIVE_INFINITY } = this.#model.loaded.sizes;
    return Math.min(probe.promptTokens, Math.max(1, Math.floor(positionLimit / 2)));
  }

  async #measured(): Promise<JudgeSpeed> {
    // what runs for the first time takes longer
    await this.#probed(0, probe.requests);
    const reading = await this.#probed(0, 2 * probe.requests);
    const both = await this.#probed(probe.longest, 3 * probe.requests);
    const writing = Math.max(both.seconds - reading.seconds, 0.05 * both.seconds);
    return {
      promptTokensPerSecond: (probe.requests * this.#probeTokens) / reading.seconds,
      answerTokensPerSecond: both.tokens / writing,
    };
  }

  /** Prompts that differ from the first token on, so that none is known already. */
  async #probed(characters: number, from: number): Promise<{ seconds: number; tokens: number }> {
    const { engine, tokenizer, vocabulary, loaded } = this.#model;
    const schema = { type: "string", minLength: probe.shortest, maxLength: probe.longest };
    const constraint = characters === 0 ? undefined : jsonSchemaConstraint(schema, vocabulary);
    const began = performance.now();
    const all = Array.from({ length: probe.requests }, async (_, at): Promise<GenerationEnd> => {
      const first = (from + at) * 7;
      const prompt = Array.from({ length: this.#probeTokens }, (__, place) => first + place);
      const { ended } = engine.submit({
        prompt: prompt.map((id) => id % loaded.sizes.vocabularySize),
        ...{ maxTokens: characters === 0 ? 1 : 4 * characters, constraint },
        ...{ stopTokenIds: tokenizer.stopTokenIds, sampling: plainSampling, seed: 0 },
      });
      return await ended;
    });
    const ends = await Promise.all(all);
    const tokens = ends.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0);
    return { seconds: (performance.now() - began) / 1000, tokens };
  }

  dispose(): void {
    this.#model.dispose();
  }
}
