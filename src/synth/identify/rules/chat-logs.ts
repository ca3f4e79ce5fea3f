// Speakers with the time of what they say: chats and channel logs pasted into text, messages copied from chat programs.
// Lines with a time and no speaker, as joins and notices are, are nobody's.
import { sideOf } from "../lexicon/speaker-roles.ts";
import { isDigitCode } from "../text/characters.ts";
import type { Label } from "../text/label.ts";
import type { Stretch } from "../text/stretch.ts";
import { bracketedTimeEnd, timeEnd } from "../text/times.ts";
import { findDialogues } from "../turns/dialogues.ts";
import type { Evidence } from "../turns/evidence.ts";
import { hasLetters, isField, isNameLike, isNick } from "../turns/names.ts";
import { codeShare, talkativeness } from "../turns/speaking.ts";
import type { Turn } from "../turns/turns.ts";
import type { Rule } from "./rule.ts";

function speaks(label: Label): boolean {
  if (
    !label.timed ||
    (isField(label) && sideOf(label.stem) === undefined) ||
    label.separator === "point"
  )
    return false;
  if (!hasLetters(label)) return false;
  return isNameLike(label) || (isNick(label) && label.separator !== "none");
}

function hasTime({ lines, text }: Stretch, line: number): boolean {
  const [from, end] = [lines.ink(line), lines.end(line)];
  if (isDigitCode(text.charCodeAt(from))) return timeEnd(text, from, end) !== -1;
  return bracketedTimeEnd(text, from, end) !== -1;
}

function nobody(stretch: Stretch, line: number): Label {
  const { lines } = stretch;
  return {
    line,
    name: "",
    key: "",
    stem: "",
    number: "",
    start: lines.ink(line),
    body: lines.end(line),
    alone: false,
    separator: "none",
    decorated: false,
    timed: true,
    heading: 0,
    quoted: 0,
    bullet: false,
    silent: true,
  };
}

function labels(stretch: Stretch): Label[] {
  const found: Label[] = [];
  for (let line = 0; line < stretch.lines.count; line += 1) {
    if (stretch.lines.isBlank(line)) continue;
    const label = stretch.label(line);
    if (label !== undefined && speaks(label)) found.push(label);
    else if (hasTime(stretch, line)) found.push(nobody(stretch, line));
  }
  return found;
}

function judge(evidence: Evidence, turns: readonly Turn[]): number {
  if (evidence.speakers < 2 || evidence.turns < 3 || codeShare(turns) > 0.3) return 0;
  if (evidence.recurring < 1 || evidence.words < 2) return 0;
  const talk = talkativeness(evidence);
  if (talk < 0.35 || (evidence.talking < 0.25 && evidence.asking < 0.1)) return 0;
  return Math.min(0.98, 0.6 + 0.3 * talk + Math.min(0.1, evidence.turns * 0.01));
}

export const chatLogs: Rule = {
  about: "speaker names with times: chat and channel logs",
  find: (stretch, options) => findDialogues(stretch, labels(stretch), judge, options),
};
