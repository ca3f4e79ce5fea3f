// One row answered by the model, and what its metrics need beside the text: calls, fields of the row, the loss of the
// reference. Writes nothing down.
import type { Row } from "../../data/index.ts";
import { type CheckRequest, type Metric, type Question, referenceLoss } from "../../eval/index.ts";
import type { Model } from "../../generate/load-model.ts";
import type { Renderer } from "../../text/types.ts";
import { answerFormOf, formatOf } from "../generate/answer-form.ts";
import { followed } from "../generate/followed.ts";
import { generateText } from "../generate/generate-text.ts";
import { checkedOptions, requestOf } from "../generate/request.ts";
import type { Checking } from "./checking.ts";
import type { ResultRow } from "./results-file.ts";
import { scoresOfOne } from "./scores.ts";

export interface Job {
  row: Row;
  /** Undefined for a row that asks nothing: only its loss is taken. */
  question?: Omit<Question, "row">;
}

export interface AnsweringOptions {
  maxGenLength: number;
  seed: number;
  /** JSON schema for rows that have none of their own. */
  schema?: object | undefined;
  /** Fields of a row that go with its answer, beside those of the metrics. */
  by?: string | undefined;
  /** Of perplexity: see `referenceLoss`. */
  stride?: number | undefined;
  window?: number | undefined;
  /** Several answers a row, each checked. */
  checking?: Checking | undefined;
  signal?: AbortSignal;
}

type Answered = Pick<ResultRow, "prediction" | "tokens" | "finishReason" | "calls">;

type Drawn = Answered & { seed: number };

/** How one answer is drawn. */
interface Draw {
  seed: number;
  temperature: number;
}

/** Those of a row's fields that the metrics look at. */
function fieldsOf(
  { value = {} }: Row,
  chosen: readonly [string, Metric][],
  { schema, by }: AnsweringOptions,
): ResultRow["fields"] {
  const names = new Set(chosen.flatMap(([, { fields = [] }]) => fields));
  if (by !== undefined) names.add(by);
  const given = schema !== undefined && names.has("json_schema") ? { json_schema: schema } : {};
  const own = Object.entries(value).filter(([name]) => names.has(name));
  const fields = { ...given, ...Object.fromEntries(own) };
  return Object.keys(fields).length === 0 ? undefined : fields;
}

export class Answering {
  readonly #model: Model;
  readonly #renderer: Renderer;
  readonly #chosen: readonly [string, Metric][];
  readonly #options: AnsweringOptions;
  /** Calls are compared: the answer is read as its template writes it. */
  readonly #readsCalls: boolean;

  constructor(
    model: Model,
    renderer: Renderer,
    chosen: readonly [string, Metric][],
    options: AnsweringOptions,
  ) {
    this.#model = model;
    this.#renderer = renderer;
    this.#chosen = chosen;
    this.#options = options;
    this.#readsCalls = chosen.some(([, metric]) => metric.readsCalls === true);
  }

  async row({ row, question }: Job, index: number): Promise<ResultRow> {
    const drawn = await this.#drawn(question, index);
    const [{ prediction, tokens, finishReason, calls }] = drawn;
    const { prompt = "", reference } = question ?? {};
    const references = reference === undefined ? [] : [reference];
    const answer = {
      ...{ prompt, prediction, references },
      ...{ loss: this.#loss(row), fields: fieldsOf(row, this.#chosen, this.#options) },
      ...(calls && { calls, referenceCalls: question?.calls }),
      ...(await this.#checked(row, { prompt, references, index }, drawn)),
    };
    const scores = scoresOfOne(this.#chosen, answer);
    const place = { index, file: row.file, line: row.line, id: row.id };
    return { ...place, ...answer, tokens, finishReason, scores };
  }

  /** One answer, or as many as are checked: the others begin where the prompt is read, and so read no more than it. */
  async #drawn(question: Job["question"], index: number): Promise<[Drawn, ...Drawn[]]> {
    const { seed, checking } = this.#options;
    const { samples, temperature } = checking ?? { samples: 1, temperature: 0 };
    const draw = async (sample: number): Promise<Drawn> => {
      const own = checking === undefined ? seed : seed + index * samples + sample;
      return { ...(await this.#answer(question, { seed: own, temperature })), seed: own };
    };
    const first = await draw(0);
    const others = Array.from({ length: samples - 1 }, (_, at) => draw(at + 1));
    return [first, ...(await Promise.all(others))];
  }

  async #checked(
    { value: row }: Row,
    asked: Pick<CheckRequest, "prompt" | "references" | "index">,
    drawn: readonly Drawn[],
  ): Promise<Pick<ResultRow, "samples">> {
    const { checking, signal } = this.#options;
    if (checking === undefined) return {};
    const checks = drawn.map(async ({ prediction, tokens, finishReason, seed }, sample) => {
      const request = { row, ...asked, answer: prediction, sample };
      const check = await checking.checker.check(request, signal);
      return { prediction, tokens, finishReason, seed, ...check };
    });
    return { samples: await Promise.all(checks) };
  }

  async #answer(question: Job["question"], draw: Draw): Promise<Answered> {
    if (question === undefined) return { prediction: "", tokens: 0, finishReason: "not asked" };
    if (this.#readsCalls) return await this.#answerRead(question, draw);
    const { maxGenLength: maxTokens, signal } = this.#options;
    const { text, tokenIds, finishReason } = await generateText({
      ...{ model: this.#model, ids: question.ids, maxTokens, ...draw },
      ...(signal && { signal }),
    });
    return { prediction: text, tokens: tokenIds.length, finishReason };
  }

  /** The answer without its thoughts and calls, and the calls. */
  async #answerRead({ ids }: NonNullable<Job["question"]>, draw: Draw): Promise<Answered> {
    const { maxGenLength: maxTokens, signal } = this.#options;
    const request = requestOf(this.#model, { ids }, checkedOptions({ maxTokens, ...draw }));
    const format = formatOf(this.#model, this.#renderer);
    const form = answerFormOf(this.#model, format, this.#model.tokenizer.decode(ids));
    const { parts, end } = await followed(this.#model, { ...request, form }, { signal });
    signal?.throwIfAborted();
    const calls = parts.flatMap((part) => (part.kind === "tool-call" ? [part.call] : []));
    const prediction = parts.map((part) => (part.kind === "content" ? part.text : "")).join("");
    const { tokenIds, finishReason } = end;
    return { prediction, calls, tokens: tokenIds.length, finishReason };
  }

  #loss(row: Row): ResultRow["loss"] {
    if (!this.#chosen.some(([, { looksAt }]) => looksAt === "loss")) return undefined;
    const { model, sizes } = this.#model.loaded;
    const { stride, window } = this.#options;
    const learned = sizes.positionLimit ?? model.trainedLength ?? 4096;
    const maxLength = Math.min(window ?? learned, sizes.positionLimit ?? Infinity);
    return referenceLoss(model, row, { renderer: this.#renderer, maxLength, stride });
  }
}
