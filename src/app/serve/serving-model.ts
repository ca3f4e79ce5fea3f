// The model in its process: takes calls in plain data, asks the engine, tells what comes.
import { loadModel, type Model } from "../../generate/load-model.ts";
import type {
  Adapter,
  AnswerEvent,
  AnswerRequest,
  AnswerTotals,
  CallName,
  Calls,
  ModelFacts,
} from "../../serve/index.ts";
import type { ModelStart } from "./model-messages.ts";
import { type CallWatch, Refused, refusing, type Serving, wrongKind } from "./serving.ts";
import { Speaker } from "./speaker.ts";
import { TokenTexts } from "./token-texts.ts";
import { WrittenChoice } from "./written-choice.ts";

/** The fewer of the positions that the model has learned, those it was made for, and those it was given. */
function contextOf({ loaded }: Model, given: number | undefined): number | null {
  const { max_position_embeddings: made } = loaded.config as { max_position_embeddings?: unknown };
  const limits = [loaded.sizes.positionLimit, made, given];
  const numbers = limits.filter((limit) => typeof limit === "number");
  return numbers.length === 0 ? null : Math.min(...numbers);
}

export class ServingModel implements Serving {
  readonly facts: ModelFacts;
  readonly #model: Model;
  readonly #tokens: TokenTexts;
  readonly #maxTokens: number;
  /** By the name of an adapter; "" is the model as it was loaded. */
  readonly #speakers = new Map<string, Speaker>();

  private constructor(model: Model, { template, maxTokens, context }: ModelStart) {
    this.#model = model;
    this.#maxTokens = maxTokens;
    this.#tokens = new TokenTexts(model.tokenizer);
    this.facts = { warnings: [...model.warnings], context: contextOf(model, context) };
    this.#speakers.set("", new Speaker(model, template ?? model.template, this.facts.context));
  }

  static async load(start: ModelStart): Promise<ServingModel> {
    const { adapter, loadIn4bit, parallel, prefixBytes } = start;
    const model = await loadModel(start.model, {
      ...(adapter !== undefined && { adapter }),
      loadIn4bit,
      engine: { mostAnswers: parallel, prefixBytes, keepsAnswers: true },
    });
    const serving = new ServingModel(model, start);
    for (const one of start.adapters) await serving.#addAdapter(one);
    return serving;
  }

  async call(name: CallName, request: unknown, watch: CallWatch<AnswerEvent>): Promise<unknown> {
    switch (name) {
      case "answer":
        return await this.#answer(request as AnswerRequest, watch);
      case "count":
        return this.#count(request as Calls["count"]["request"]);
      case "embed":
        throw new Refused(
          wrongKind("writes text; ft serve MODEL --embeddings ENCODER makes vectors too"),
        );
      case "add-adapter":
        return await this.#addAdapter(request as Adapter).catch((cause: unknown) => {
          throw new Refused(cause);
        });
      case "remove-adapter":
        return await this.#removeAdapter(request as { name: string });
    }
  }

  dispose(): void {
    this.#model.dispose();
  }

  #speaker(adapter = ""): Speaker {
    const speaker = this.#speakers.get(adapter);
    if (speaker === undefined) throw new RangeError(`there is no adapter '${adapter}'`);
    return speaker;
  }

  #count({ prompt, adapter }: Calls["count"]["request"]): number {
    return refusing(() => this.#speaker(adapter).read(prompt)).length;
  }

  async #answer(
    request: AnswerRequest,
    { tell, signal }: CallWatch<AnswerEvent>,
  ): Promise<AnswerTotals> {
    const speaker = refusing(() => this.#speaker(request.adapter));
    const asked = refusing(() => speaker.asked(request, this.#maxTokens));
    const promptTokens = asked.reduce((sum, { request: { prompt } }) => sum + prompt.length, 0);
    tell({ type: "begun", promptTokens });
    const choices = asked.flatMap((one, at) =>
      Array.from({ length: request.choices }, (_, choice) => {
        const index = at * request.choices + choice;
        const seed = one.request.seed + choice;
        const echo = request.isEchoed === true ? speaker.textOf(one.request.prompt) : "";
        return new WrittenChoice({ ...one, request: { ...one.request, seed }, index, echo }, tell);
      }),
    );
    const ends = choices.map((choice) => choice.write(this.#model.engine, this.#tokens, signal));
    const totals = await Promise.all(ends);
    const sum = (of: (one: AnswerTotals) => number): number =>
      totals.reduce((total, one) => total + of(one), 0);
    return {
      promptTokens,
      cachedTokens: Math.max(0, ...totals.map(({ cachedTokens }) => cachedTokens)),
      answerTokens: sum(({ answerTokens }) => answerTokens),
      reasoningTokens: sum(({ reasoningTokens }) => reasoningTokens),
    };
  }

  async #addAdapter({ name, folder }: Adapter): Promise<null> {
    const { template } = await this.#model.addAdapter(name, folder);
    const { context } = this.facts;
    this.#speakers.set(name, new Speaker(this.#model, template ?? { name: "auto" }, context));
    return null;
  }

  async #removeAdapter({ name }: { name: string }): Promise<null> {
    this.#speakers.delete(name);
    await this.#model.removeAdapter(name);
    return null;
  }
}
