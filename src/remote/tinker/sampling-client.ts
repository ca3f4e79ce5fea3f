import { gone } from "./errors.ts";
// Text from a model at Tinker: a base model, or one as a checkpoint left it.
import { pollDelay } from "./pause.ts";
import type { Reading } from "./poll.ts";
import { Refusal } from "./refusal.ts";
import type { Session } from "./session.ts";
import { SamplingSession } from "./wire/answers.ts";
import { readSampleJson, readSampleMessage, type SampleOutput } from "./wire/sample.ts";

export interface SamplingOptions {
  maxTokens: number;
  temperature: number;
  topP: number;
  /** Absent: the service draws one. */
  seed?: number | undefined;
  /** Tokens that end an answer; absent: what the service takes for the model's own. */
  stop?: readonly number[] | undefined;
}

/** How often a request is made anew whose result the service lost. */
const mostSubmissions = 5;

const reading: Reading<SampleOutput> = {
  ...{ what: "an answer", type: "Sample", message: readSampleMessage, json: readSampleJson },
};

export class SamplingClient {
  readonly #session: Session;
  readonly #id: string;
  #sequence = 0;

  private constructor(session: Session, id: string) {
    this.#session = session;
    this.#id = id;
  }

  static async open(
    session: Session,
    from: { base: string } | { path: string },
  ): Promise<SamplingClient> {
    const body = {
      ...{ session_id: session.id, sampling_session_seq_id: session.nextSampler() },
      ...("base" in from ? { base_model: from.base } : { model_path: from.path }),
      type: "create_sampling_session",
    };
    const call = { path: "/api/v1/create_sampling_session", body };
    const what = "base" in from ? from.base : from.path;
    const made = await session.connection.call(what, call, SamplingSession);
    return new SamplingClient(session, made.sampling_session_id);
  }

  /** One answer. */
  async sample(prompt: readonly number[], options: SamplingOptions): Promise<SampleOutput> {
    return await this.#ask(prompt, options, false);
  }

  /** How likely each token of a text is after those before it; NaN for the first. */
  async logprobs(tokens: readonly number[]): Promise<readonly number[]> {
    const options = { maxTokens: 1, temperature: 1, topP: 1 };
    const { promptLogprobs = [] } = await this.#ask(tokens, options, true);
    return promptLogprobs;
  }

  async #ask(prompt: readonly number[], options: SamplingOptions, ofPrompt: boolean) {
    const { connection } = this.#session;
    const { maxTokens, temperature, topP, seed, stop } = options;
    for (let tries = 1; ; tries++) {
      const body = {
        ...{ num_samples: 1, prompt: { chunks: [{ tokens: [...prompt], type: "encoded_text" }] } },
        sampling_params: {
          ...{ max_tokens: maxTokens, temperature, top_k: -1, top_p: topP },
          ...(seed !== undefined && { seed }),
          ...(stop && { stop }),
        },
        ...{ sampling_session_id: this.#id, seq_id: this.#sequence++ },
        ...{ prompt_logprobs: ofPrompt, topk_prompt_logprobs: 0, topk_sample_logprobs: 0 },
        ...{ prompt_alt_tokens_k: 0, type: "sample" },
      };
      const headers = { "x-tinker-sampling-backpressure": "1" };
      const id = await connection.submit("an answer", { path: "/api/v1/asample", body, headers });
      try {
        return await connection.result(id, reading);
      } catch (error) {
        // nothing is changed by an answer: one that the service lost is asked for anew
        if (!(error instanceof Refusal)) throw error;
        if (tries >= mostSubmissions) throw gone("an answer");
        await connection.http.pause(pollDelay(tries - 1), connection.http.signal);
      }
    }
  }
}
