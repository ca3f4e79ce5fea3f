// One choice of an answer while the engine writes it: tokens in, pieces out, taken apart where that was asked for.
import { FtError } from "../../core/errors.ts";
import type { Engine, GeneratedToken, GenerationEnd } from "../../generate/index.ts";
import type { AnswerEvent, AnswerTotals, ToldToken } from "../../serve/index.ts";
import type { AnswerPart, AnswerReader } from "../../text/index.ts";
import { Refused } from "./serving.ts";
import type { AskedPrompt } from "./speaker.ts";
import type { TokenTexts } from "./token-texts.ts";

interface ChoiceOptions extends AskedPrompt {
  index: number;
  /** Told before the answer. */
  echo: string;
}

const asContent = (text: string): AnswerPart[] => (text === "" ? [] : [{ kind: "content", text }]);

export class WrittenChoice {
  readonly #options: ChoiceOptions;
  readonly #reader: AnswerReader | undefined;
  readonly #tell: (event: AnswerEvent) => void;
  /** Characters of the answer that were read. */
  #read = 0;
  #kind: AnswerPart["kind"] = "content";
  #reasoningTokens = 0;

  constructor(options: ChoiceOptions, tell: (event: AnswerEvent) => void) {
    this.#options = options;
    this.#reader = options.reader?.();
    this.#tell = tell;
  }

  /** Aborting cancels it, and what there is counts. */
  async write(engine: Engine, tokens: TokenTexts, signal: AbortSignal): Promise<AnswerTotals> {
    const { request, echo } = this.#options;
    this.#piece(asContent(echo), []);
    const generation = engine.submit(request, (token) => this.#take(token, tokens));
    const cancel = (): void => generation.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    if (signal.aborted) cancel();
    try {
      const end = await generation.ended.catch(refuseConstraint);
      if (end.finishReason === "cancelled" && !signal.aborted) throw unloaded(request.adapter);
      this.#close(end);
      const { promptTokens, cachedTokens, tokenIds } = end;
      const answerTokens = tokenIds.length;
      return { promptTokens, cachedTokens, answerTokens, reasoningTokens: this.#reasoningTokens };
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  #take(token: GeneratedToken, tokens: TokenTexts): void {
    const parts = this.#parts(token.text);
    this.#kind = parts.at(-1)?.kind ?? this.#kind;
    if (this.#kind === "reasoning") this.#reasoningTokens += 1;
    this.#piece(parts, toldTokens(token, tokens));
  }

  /** A forced call is told when it is whole. */
  #parts(text: string): AnswerPart[] {
    this.#read += text.length;
    if (this.#options.forced?.read !== undefined) return [];
    return this.#reader?.add(text) ?? asContent(text);
  }

  #close({ text, finishReason, stopString }: GenerationEnd): void {
    const { index: choice, forced } = this.#options;
    const rest = text.slice(this.#read);
    if (forced?.read !== undefined) this.#piece(forced.read(text), []);
    else this.#piece([...this.#parts(rest), ...(this.#reader?.end() ?? [])], []);
    const stop = stopString === undefined ? {} : { stopString };
    this.#tell({ type: "choice-ended", choice, finishReason, ...stop });
  }

  #piece(parts: AnswerPart[], tokens: ToldToken[]): void {
    if (parts.length === 0 && tokens.length === 0) return;
    this.#tell({ type: "piece", choice: this.#options.index, parts, tokens });
  }
}

/** A form may prove too large only while it is written: still it is the request's. */
function refuseConstraint(error: unknown): never {
  const isForm = error instanceof FtError && error.code.startsWith("FT-CONSTRAINT-");
  throw isForm ? new Refused(error) : error;
}

function unloaded(adapter: string | undefined): FtError {
  return new FtError("FT-SERVE-007", {
    message: `the adapter ${adapter ?? ""} was unloaded meanwhile`,
  });
}

function toldTokens(
  { id, logProbability, alternatives = [] }: GeneratedToken,
  tokens: TokenTexts,
): ToldToken[] {
  if (logProbability === undefined) return [];
  const rated = tokens.rated({ id, logProbability });
  return [{ ...rated, alternatives: alternatives.map((one) => tokens.rated(one)) }];
}
