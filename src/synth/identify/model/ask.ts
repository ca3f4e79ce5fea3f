import type { ModelUse } from "../report.ts";
// Shows a model the passages that look like talk and that no rule took, and takes from it which lines are whose. The
// messages are then cut from the source like those of rules.
import type { Claim } from "../resolve.ts";
import { spansOf, textOf } from "../text/content.ts";
import { labelAt } from "../text/label.ts";
import { Stretch } from "../text/stretch.ts";
import { isSpeakerName } from "../turns/names.ts";
import type { FoundMessage } from "../types.ts";
import { openPassages } from "./open-passages.ts";
import { type RangesAnswer, type RangesOf, readRanges } from "./ranges.ts";

const modelConfidence = 0.7;

/** A label a rule would know is no part of what is said. */
function bodyPlace(stretch: Stretch, line: number): number {
  const { lines, text } = stretch;
  const label = labelAt(text, line, lines.ink(line), lines.end(line));
  return label === undefined || label.alone || label.separator === "none" || !isSpeakerName(label)
    ? lines.start(line)
    : label.body;
}

function messageOf(
  stretch: Stretch,
  range: { role: FoundMessage["role"]; first: number; last: number },
): FoundMessage {
  const spans = spansOf(stretch, { from: bodyPlace(stretch, range.first - 1), last: range.last });
  return { role: range.role, content: textOf(stretch, spans), spans };
}

function claimOf(
  stretch: Stretch,
  messages: RangesAnswer["conversations"][number]["messages"],
): Claim | undefined {
  const found = messages.map((range) => messageOf(stretch, range));
  const spans = found.flatMap((message) => message.spans);
  const [first, last] = [spans[0], spans.at(-1)];
  const roles = new Set(found.map(({ role }) => role));
  if (first === undefined || last === undefined || !roles.has("user") || !roles.has("assistant"))
    return undefined;
  return {
    rule: "model",
    confidence: modelConfidence,
    dialogue: { messages: found },
    start: first[0],
    end: last[1],
  };
}

export interface Asked {
  readonly text: string;
  /** Place behind which nothing is asked yet. */
  readonly limit: number;
  readonly claims: readonly Claim[];
}

async function claimsIn(
  stretch: Stretch,
  [first, last]: readonly [number, number],
  rangesOf: RangesOf,
  use: ModelUse,
): Promise<Claim[]> {
  const lines = Array.from({ length: last - first }, (_, index) =>
    stretch.text.slice(stretch.lines.start(first + index), stretch.lines.end(first + index)),
  );
  const shown = { first: first + 1, lines };
  use.calls += 1;
  const answer = readRanges(await rangesOf(shown), shown);
  if (answer === undefined) {
    use.rejected += 1;
    return [];
  }
  const claims = answer.conversations.map(({ messages }) => claimOf(stretch, messages));
  use.rejected += claims.filter((claim) => claim === undefined).length;
  return claims.filter((claim) => claim !== undefined);
}

/** The claims of rules, and between them those of the model. */
export async function claimsOfModel(
  { text, limit, claims }: Asked,
  rangesOf: RangesOf,
  use: ModelUse,
): Promise<Claim[]> {
  const stretch = new Stretch(text);
  const found: Claim[] = [...claims];
  for (const passage of openPassages(stretch, claims, limit)) {
    const more = await claimsIn(stretch, passage, rangesOf, use);
    use.conversations += more.length;
    found.push(...more);
  }
  return found.sort((left, right) => left.start - right.start);
}
