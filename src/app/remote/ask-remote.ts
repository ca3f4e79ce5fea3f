// Models at a service, asked: a prompt in tokens, an answer as text, and how likely a text is to one of them.
import { inOrder } from "../../core/in-order.ts";
import { AnswerText } from "../../generate/answer-text.ts";
import { SamplingClient } from "../../remote/tinker/sampling-client.ts";
import type { Session } from "../../remote/tinker/session.ts";
import { tokenizerId } from "../../remote/tinker/tokenizer.ts";
import { readTemplate } from "../../text/index.ts";
import type { RemoteText } from "./remote-rows.ts";
import { remoteText } from "./remote-rows.ts";
import type { RemoteSubject } from "./remote-subjects.ts";
import type { RemoteTrainOptions } from "./train-remote.ts";

export interface AskingOptions {
  maxTokens: number;
  temperature: number;
  topP: number;
  seed: number;
}

export interface RemoteAnswer {
  text: string;
  tokens: number;
  /** It ended by itself. */
  stopped: boolean;
}

/** Prompts at one service at once. */
const together = 8;

export class RemoteModelToAsk {
  readonly #client: SamplingClient;
  readonly #text: RemoteText;

  private constructor(client: SamplingClient, text: RemoteText) {
    this.#client = client;
    this.#text = text;
  }

  static async open(
    session: Session,
    from: { base: string } | { path: string },
    text: RemoteText,
  ): Promise<RemoteModelToAsk> {
    return new RemoteModelToAsk(await SamplingClient.open(session, from), text);
  }

  /** The answers in the order of the prompts. */
  async answers(
    prompts: readonly (readonly number[])[],
    options: AskingOptions,
  ): Promise<RemoteAnswer[]> {
    const found: RemoteAnswer[] = [];
    const jobs = prompts.map((ids, at) => ({ ids, seed: options.seed + at }));
    const ask = ({ ids, seed }: (typeof jobs)[number]): Promise<RemoteAnswer> =>
      this.#answer(ids, { ...options, seed });
    for await (const answer of inOrder(jobs, ask, together)) found.push(answer);
    return found;
  }

  async #answer(ids: readonly number[], options: AskingOptions): Promise<RemoteAnswer> {
    const { tokenizer } = this.#text;
    const stop = tokenizer.stopTokenIds;
    const asked = { ...options, ...(stop.length > 0 && { stop }) };
    const { sequences } = await this.#client.sample(ids, asked);
    const [{ tokens, stopped } = { tokens: [], stopped: false }] = sequences;
    const said = tokens.filter((token) => !stop.includes(token));
    const answer = new AnswerText(tokenizer);
    const parts = [...said.map((token) => answer.add(token)), answer.end()];
    return { text: parts.map(({ text }) => text).join(""), tokens: tokens.length, stopped };
  }

  /** What the model loses on texts of which some tokens count: the sum over these, of each. */
  async losses(
    texts: readonly { ids: readonly number[]; weights: readonly number[] }[],
  ): Promise<{ sum: number; tokens: number }[]> {
    const found: { sum: number; tokens: number }[] = [];
    const lose = async ({ ids, weights }: (typeof texts)[number]) => {
      const logprobs = await this.#client.logprobs(ids);
      const counted = weights.flatMap((weight, at) =>
        at > 0 && weight !== 0 ? [logprobs[at] ?? 0] : [],
      );
      return { sum: -counted.reduce((a, b) => a + b, 0), tokens: counted.length };
    };
    for await (const loss of inOrder(texts, lose, together)) found.push(loss);
    return found;
  }
}

/** Tokenizer and template of a model, as its run had them. */
export async function textOf(
  { base, tokenizer, template }: Pick<RemoteSubject, "base" | "tokenizer" | "template">,
  named: string,
  { onDownload, signal }: Pick<RemoteTrainOptions, "onDownload" | "signal">,
): Promise<RemoteText> {
  const source = named === "auto" && template !== undefined ? template : readTemplate(named);
  return await remoteText(tokenizer ?? tokenizerId(base, undefined), source, {
    onDownload,
    signal,
  });
}
