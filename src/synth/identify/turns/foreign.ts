// Where something of another form begins amid what a label seems to say: a list of questions below a chat, a chat below
// a list of questions.
import { questionSides, shareLanguage } from "../lexicon/question-words.ts";
import { sideOf } from "../lexicon/speaker-roles.ts";
import type { Label } from "../text/label.ts";
import type { Stretch } from "../text/stretch.ts";
import { isSpeakerName } from "./names.ts";

const nearAnswer = 40;

function colonLabel(stretch: Stretch, line: number): Label | undefined {
  if (stretch.fence(line) > 0 || stretch.lines.isBlank(line)) return undefined;
  const label = stretch.label(line);
  return label?.separator === "colon" && label.quoted === 0 ? label : undefined;
}

function beginsParagraph(stretch: Stretch, line: number): boolean {
  return line === 0 || stretch.lines.isBlank(line - 1) || stretch.heading(line - 1) > 0;
}

/** A label of a question on a line, and soon behind it one of an answer in its language. */
function beginsQuestions(stretch: Stretch, line: number, limit: number): boolean {
  const asked = colonLabel(stretch, line);
  const sides = asked === undefined ? undefined : questionSides(asked.stem);
  if (sides === undefined || sides.question.size === 0) return false;
  for (let below = line + 1; below < Math.min(limit, line + nearAnswer); below += 1) {
    const told = questionSides(colonLabel(stretch, below)?.stem ?? "");
    if (told !== undefined && shareLanguage(sides, told)) return true;
  }
  return false;
}

/** The first line behind a turn's own at which a list of questions begins, or a section where its speaker is a name. */
export function questionsBehind(stretch: Stretch, label: Label, limit: number): number {
  const named = sideOf(label.stem) === undefined && label.heading === 0;
  for (let line = label.line + 1; line < limit; line += 1) {
    if (named && line > label.line + 1 && stretch.heading(line) > 0 && stretch.fence(line) === 0)
      return line;
    if (beginsParagraph(stretch, line) && beginsQuestions(stretch, line, limit)) return line;
  }
  return limit;
}

/** Keys of speakers who come again in a text, often enough to be a chat of their own. */
export function frequentSpeakers(stretch: Stretch): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const label of stretch.labels)
    if (
      label.separator === "colon" &&
      questionSides(label.stem) === undefined &&
      isSpeakerName(label)
    )
      counts.set(label.key, (counts.get(label.key) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count >= 3).map(([key]) => key));
}

/** The first line behind a place's line at which such a speaker begins, another than the one before speaking next. */
export function chatBehind(
  stretch: Stretch,
  speakers: ReadonlySet<string>,
  from: number,
  limit: number,
): number {
  if (speakers.size < 2) return limit;
  for (let line = from + 1; line < limit; line += 1) {
    if (!beginsParagraph(stretch, line)) continue;
    const label = colonLabel(stretch, line);
    if (label !== undefined && speakers.has(label.key)) return line;
  }
  return limit;
}
