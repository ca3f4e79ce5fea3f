// Who judges answers: a model here now, one behind an API as well. A judge gets a conversation and the JSON schema that its
// answer has, and gives the value; what is asked, and what the value means, is in rubric.ts and pairwise.ts.
import type { JsonObject, Message } from "../../text/types.ts";

export interface JudgeRequest {
  messages: readonly Message[];
  /** Bounded: an answer that keeps to it comes to an end. */
  schema: JsonObject;
  /** For an answer that does not. */
  maxTokens: number;
}

export interface JudgeReply {
  /** As the schema has it; undefined where the answer was cut before its end. */
  value: unknown;
  tokens: number;
}

/** Measured before anything is judged, on texts that are no question. */
export interface JudgeSpeed {
  promptTokensPerSecond: number;
  answerTokensPerSecond: number;
}

export interface Judge {
  /** As reports name it. */
  readonly name: string;
  /** What decides its answers beside the request: an adapter's digest, a version. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** More are not asked at once. */
  readonly atOnce: number;
  countTokens(messages: readonly Message[]): number;
  countText(text: string): number;
  /** Undefined where it cannot be measured without asking. */
  speed(signal?: AbortSignal): Promise<JudgeSpeed | undefined>;
  ask(request: JudgeRequest, signal?: AbortSignal): Promise<JudgeReply>;
}

/** What judging takes, before it begins. */
export interface JudgeCost {
  calls: number;
  promptTokens: number;
  /** As if every answer filled the room that its schema has, with ordinary words. */
  answerTokens: number;
  /** For them at the measured speed; null where there is none. */
  seconds: number | null;
}

/** Counts requests without asking any. `longest`: a text as long as an answer may be. */
export async function judgeCost(
  judge: Judge,
  requests: readonly JudgeRequest[],
  longest: string,
  signal?: AbortSignal,
): Promise<JudgeCost> {
  const count = (messages: readonly Message[]): number => judge.countTokens(messages);
  const promptTokens = requests.reduce((all, { messages }) => all + count(messages), 0);
  const answerTokens = requests.length * judge.countText(longest);
  const speed = requests.length === 0 ? undefined : await judge.speed(signal);
  const seconds =
    speed === undefined
      ? null
      : promptTokens / speed.promptTokensPerSecond + answerTokens / speed.answerTokensPerSecond;
  return { calls: requests.length, promptTokens, answerTokens, seconds };
}

/** What judges read of one answer. */
export interface JudgedAnswer {
  prompt: string;
  prediction: string;
  references: readonly string[];
}

/** Longer ones are cut in the middle, and say so. */
const longestPart = 8000;

/** Text between marks that it cannot end: the mark is not in it. */
export function quoted(name: string, text: string): string {
  const cut =
    text.length <= longestPart
      ? text
      : `${text.slice(0, longestPart / 2)}\n[… cut …]\n${text.slice(-longestPart / 2)}`;
  let mark = name;
  while (cut.includes(`${mark}>`)) mark += "_";
  return `<${mark}>\n${cut}\n</${mark}>`;
}
