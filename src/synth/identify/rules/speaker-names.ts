// Names before a colon, in brackets, bold or in headings that come again and alternate: dialogues, interviews,
// transcripts. A name alone is no evidence: fields of records have one too.
import { questionSides, shareLanguage } from "../lexicon/question-words.ts";
import type { Label, Separator } from "../text/label.ts";
import type { Stretch } from "../text/stretch.ts";
import { findDialogues, labelsOf } from "../turns/dialogues.ts";
import type { Evidence } from "../turns/evidence.ts";
import { isElement, isField, isNameLike, isNick, isSpeakerName } from "../turns/names.ts";
import { codeShare, isCyclic, talkativeness } from "../turns/speaking.ts";
import { regionsOf, speakerKey, type Turn } from "../turns/turns.ts";
import type { Rule } from "./rule.ts";

/** Forms that say less than a colon does ask for more evidence. */
const weak = new Set<Separator>(["dash", "tab", "bar", "bracket", "bold", "none"]);

/** `A:` and `B:`, as textbooks name two who talk. */
function isLetter({ name, separator }: Label): boolean {
  return name.length === 1 && name >= "A" && name <= "H" && separator === "colon";
}

/** Where small letters may name somebody: `<ann>`, `**ann:**`, `ann:`. */
function isNicked(label: Label): boolean {
  const { separator, name } = label;
  if (separator === "colon" && !label.decorated && name !== name.toLowerCase()) return false;
  return (
    (separator === "angle" || separator === "colon") &&
    isNick(label) &&
    !isField(label) &&
    !isElement(label)
  );
}

function mayName(label: Label): boolean {
  if (
    label.timed ||
    label.separator === "point" ||
    (label.separator === "none" && label.heading === 0)
  )
    return false;
  if (questionSides(label.stem) !== undefined) return isLetter(label);
  return isSpeakerName(label) || isNicked(label);
}

/** Labels of one look belong together: a colon here and a heading there are two things. */
function look(label: Label): string {
  const separator = label.separator === "semicolon" ? "colon" : label.separator;
  return `${separator} ${label.heading} ${label.quoted}`;
}

/** Of a region the labels whose speaker comes again, and with them those who speak once among many. */
function recurring(region: readonly Label[]): Label[] {
  const counts = new Map<string, number>();
  for (const label of region)
    counts.set(speakerKey(label), (counts.get(speakerKey(label)) ?? 0) + 1);
  const again = region.filter((label) => (counts.get(speakerKey(label)) ?? 0) >= 2);
  return region.length - again.length <= again.length / 4 ? [...region] : again;
}

/** `Q:` and `A:` are no two speakers: another rule knows them. */
function areQuestionLabels(turns: readonly Turn[]): boolean {
  const sides = [...new Set(turns.map(({ label }) => label.stem))].map(questionSides);
  return sides.some((one) =>
    sides.some((other) => one !== undefined && other !== undefined && shareLanguage(one, other)),
  );
}

/** Small letters before a colon are keys of settings more often than names. */
function areKeys(
  { asking, words, turns: count, speakers }: Evidence,
  turns: readonly Turn[],
): boolean {
  const small = turns.some(
    ({ label }) => label.separator === "colon" && !label.decorated && !isNameLike(label),
  );
  return small && (asking < 0.15 || words < 3 || count < 4 || speakers > 6 || codeShare(turns) > 0);
}

function judge(evidence: Evidence, turns: readonly Turn[]): number {
  const { recurring: often, alternating, speakers } = evidence;
  const short = evidence.turns === 3 && speakers === 2 && evidence.asking > 0;
  if ((often < 2 || evidence.turns < 4) && !short) return 0;
  if (alternating < 0.5 || codeShare(turns) > 0.2 || evidence.words < 2) return 0;
  if (speakers > 2 && evidence.asking < 0.1 && isCyclic(turns, speakers)) return 0;
  if (areQuestionLabels(turns) || areKeys(evidence, turns)) return 0;
  const talk = talkativeness(evidence);
  const sure = turns.some(({ label }) => weak.has(label.separator) || !isNameLike(label))
    ? 0.55
    : 0.4;
  if (talk < sure) return 0;
  return Math.min(0.97, 0.45 + 0.4 * talk + Math.min(0.12, evidence.turns * 0.015));
}

function byLook(labels: readonly Label[]): Label[][] {
  const groups = new Map<string, Label[]>();
  for (const label of labels) {
    const group = groups.get(look(label));
    if (group === undefined) groups.set(look(label), [label]);
    else group.push(label);
  }
  return [...groups.values()];
}

/** Labels of names, a look at a time, without those that come once where few come again. */
function candidates(stretch: Stretch): Label[][] {
  const named = labelsOf(stretch, mayName);
  const letters = named.filter((label) => label.key === "b" && isLetter(label)).length >= 2;
  const who = letters ? named : named.filter((label) => questionSides(label.stem) === undefined);
  return byLook(who).flatMap((labels) => regionsOf(stretch, labels).map(recurring));
}

export const speakerNames: Rule = {
  about: "names that repeat and alternate: dialogues, interviews, hearings",
  find: (stretch, options) =>
    candidates(stretch).flatMap((labels) => findDialogues(stretch, labels, judge, options)),
};
