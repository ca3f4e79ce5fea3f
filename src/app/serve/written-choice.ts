// One choice of an answer while the engine writes it: tokens in, pieces out, taken apart where that was asked for.
import { endedBy } from "../../core/ended-by.ts";
import { FtError } from "../../core/errors.ts";
import type { Engine, GeneratedToken, GenerationEnd } from "../../generate/index.ts";
import type { AnswerEvent, AnswerTotals, ToldToken } from "../../serve/index.ts";
import type { AnswerPart } from "../../text/index.ts";
import { AnswerParts, asContent } from "../generate/answer-parts.ts";
import { Refused } from "./serving.ts";
import type { AskedPrompt } from "./speaker.ts";
import type { TokenTexts } from "./token-texts.ts";

interface ChoiceOptions extends AskedPrompt {
  index: number;
  /** Told before the answer. */
  echo: string;
}

export class WrittenChoice {
  readonly #options: ChoiceOptions;
  readonly #answer: AnswerParts;
  readonly #tell: (event: AnswerEvent) => void;
  #kind: AnswerPart["kind"] = "content";
  #reasoningTokens = 0;

  constructor(options: ChoiceOptions, tell: (event: AnswerEvent) => void) {
    this.#options = options;
    this.#answer = new AnswerParts(options.reader());
    this.#tell = tell;
  }

  /** Aborting cancels it, and what there is counts. */
  async write(engine: Engine, tokens: TokenTexts, signal: AbortSignal): Promise<AnswerTotals> {
    const { request, echo } = this.#options;
    this.#piece(asContent(echo), []);
    const generation = engine.submit(request, (token) => this.#take(token, tokens));
    const end = await endedBy(generation, signal).ended.catch(refuseConstraint);
    if (end.finishReason === "cancelled" && !signal.aborted) throw unloaded(request.adapter);
    this.#close(end);
    const { promptTokens, cachedTokens, tokenIds } = end;
    const answerTokens = tokenIds.length;
    return { promptTokens, cachedTokens, answerTokens, reasoningTokens: this.#reasoningTokens };
  }

  #take(token: GeneratedToken, tokens: TokenTexts): void {
    const parts = this.#answer.add(token);
    this.#kind = parts.at(-1)?.kind ?? this.#kind;
    if (this.#kind === "reasoning") this.#reasoningTokens += 1;
    this.#piece(parts, toldTokens(token, tokens));
  }

  #close(end: GenerationEnd): void {
    const { index: choice } = this.#options;
    const { finishReason, stopString } = end;
    this.#piece(this.#answer.end(end), []);
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
    message: `the adapter ${adapter ?? ""} was unloaded in the meantime`,
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
