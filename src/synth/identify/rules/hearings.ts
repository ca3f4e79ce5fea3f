// Speakers in capitals, with a colon or a point, and the `Q.` and `A.` of examinations among them: hearings, depositions,
// sessions of parliaments.
import type { Label } from "../text/label.ts";
import type { Stretch } from "../text/stretch.ts";
import { findDialogues, labelsOf } from "../turns/dialogues.ts";
import type { Evidence } from "../turns/evidence.ts";
import { isField, isNameLike } from "../turns/names.ts";
import { talkativeness } from "../turns/speaking.ts";
import type { Turn } from "../turns/turns.ts";
import type { Rule } from "./rule.ts";

function inCapitals({ name }: Label): boolean {
  return name.length >= 2 && name === name.toUpperCase() && name !== name.toLowerCase();
}

function isExamined({ stem, separator, name }: Label): boolean {
  return (
    (stem === "q" || stem === "a") &&
    inCapitals({ name: `${name}X` } as Label) &&
    (separator === "point" || separator === "colon")
  );
}

function accepts(label: Label): boolean {
  if (label.timed || label.heading > 0 || label.quoted > 0) return false;
  if (isExamined(label)) return true;
  const ends = label.separator === "colon" || label.separator === "point";
  return ends && inCapitals(label) && label.name.length > 2 && !isField(label) && isNameLike(label);
}

/** `BY MR. LEE:` says who asks from here on, and is said by nobody. */
function labels(stretch: Stretch): Label[] {
  return labelsOf(stretch, accepts).map((label) =>
    label.stem.startsWith("by ") && label.alone ? { ...label, silent: true } : label,
  );
}

function judge(evidence: Evidence, turns: readonly Turn[]): number {
  const named = turns.filter(({ label }) => !isExamined(label)).length;
  if (named < 2 || evidence.recurring < 2 || evidence.turns < 4 || evidence.alternating < 0.5)
    return 0;
  const talk = talkativeness(evidence);
  return talk < 0.45
    ? 0
    : Math.min(0.97, 0.55 + 0.35 * talk + Math.min(0.08, evidence.turns * 0.01));
}

export const hearings: Rule = {
  about: "speaker names in capitals, and Q. and A. lines: hearings, depositions",
  find: (stretch, options) => findDialogues(stretch, labels(stretch), judge, options),
};
