import { talks } from "../lexicon/talk-words.ts";
import { isBlankCode } from "../text/characters.ts";
import { spansOf, textOf } from "../text/content.ts";
import { passage } from "../text/passages.ts";
import type { Stretch } from "../text/stretch.ts";
import { asks, endsSentence } from "../turns/evidence.ts";
import type { FoundMessage } from "../types.ts";
// Lines that begin with a long dash, a turn each, as Spanish, French, Russian and Turkish print talk. Nobody is named:
// the two speak by turns.
import type { Dialogue, Finding, Rule } from "./rule.ts";

/** Behind the dash a line begins with; -1 without one. */
function spoken({ text, lines }: Stretch, line: number): number {
  const at = lines.ink(line);
  const code = text.charCodeAt(at);
  if (code !== 0x2014 && code !== 0x2015 && code !== 0x2013) return -1;
  let from = at + 1;
  while (from < lines.end(line) && isBlankCode(text.charCodeAt(from))) from += 1;
  return from < lines.end(line) && from - at <= 3 ? from : -1;
}

/** Lines of dashes one after another, with at most a blank line between two. */
function runs(stretch: Stretch): number[][] {
  const found: number[][] = [];
  let behind = -2;
  for (let line = 0; line < stretch.lines.count; line += 1) {
    if (stretch.lines.isBlank(line)) continue;
    const dashed = spoken(stretch, line) !== -1 && stretch.fence(line) === 0;
    const run = found.at(-1);
    if (dashed && run !== undefined && line - behind <= 2) run.push(line);
    else if (dashed) found.push([line]);
    if (dashed || line === behind + 1) behind = line;
  }
  return found;
}

function lastLine(stretch: Stretch, line: number, next: number | undefined): number {
  let last = line + 1;
  while (last < (next ?? stretch.lines.count) && !stretch.lines.isBlank(last)) last += 1;
  return last;
}

function messagesOf(stretch: Stretch, run: readonly number[]): FoundMessage[] {
  return run.map((line, index) => {
    const spans = spansOf(
      stretch,
      passage(spoken(stretch, line), lastLine(stretch, line, run[index + 1])),
    );
    return { role: index % 2 === 0 ? "user" : "assistant", content: textOf(stretch, spans), spans };
  });
}

function confidence({ messages }: Dialogue): number {
  const share = (has: (text: string) => boolean): number =>
    messages.filter(({ content }) => has(content)).length / messages.length;
  if (messages.length < 4 || share(asks) < 0.2 || share(talks) < 0.4 || share(endsSentence) < 0.8)
    return 0;
  return 0.6;
}

function findingOf(stretch: Stretch, run: readonly number[]): Finding[] {
  if (run.length < 4) return [];
  const dialogue = { messages: messagesOf(stretch, run) };
  const spans = dialogue.messages.flatMap((message) => message.spans);
  const sure = confidence(dialogue);
  if (sure === 0) return [];
  return [
    { span: [spans[0]?.[0] ?? 0, spans.at(-1)?.[1] ?? 0], confidence: sure, dialogues: [dialogue] },
  ];
}

export const dashDialogues: Rule = {
  about: "lines that start with a long dash, two speakers taking turns",
  find: (stretch) => runs(stretch).flatMap((run) => findingOf(stretch, run)),
};
