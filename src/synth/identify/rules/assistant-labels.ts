import { sideOf } from "../lexicon/speaker-roles.ts";
// `User:` and `Assistant:`, `Customer:` and `Agent:`, `Patient:` and `Doctor:`, in many languages, as labels, headings
// or bold: words that say by themselves who asks and who answers.
import { wordSet } from "../lexicon/word-list.ts";
import type { Label } from "../text/label.ts";
import { findDialogues, labelsOf } from "../turns/dialogues.ts";
import type { Evidence } from "../turns/evidence.ts";
import { codeShare, talkativeness } from "../turns/speaking.ts";
import type { Turn } from "../turns/turns.ts";
import type { Rule } from "./rule.ts";

/** Fields of documentation as often as turns of a model: turns only where they are headings or bold. */
const fields = wordSet("input, output, prompt, completion, response, instruction, model");

function isRoleLabel(label: Label): boolean {
  if (sideOf(label.stem) === undefined) return false;
  if (fields.has(label.stem.replace("the ", "")) && label.heading === 0 && !label.decorated)
    return false;
  if (label.separator === "none") return label.heading > 0 || label.timed || label.decorated;
  return label.separator !== "point" || label.name === label.name.toUpperCase();
}

function hasBothSides(turns: readonly Turn[]): boolean {
  const sides = new Set(turns.map(({ label }) => sideOf(label.stem)));
  return sides.has("asks") && sides.has("answers");
}

/** All in small letters, as keys of settings are and labels of chats seldom. */
function isLowerCase(turns: readonly Turn[]): boolean {
  return turns.every(
    ({ label: { name } }) => name === name.toLowerCase() && name !== name.toUpperCase(),
  );
}

function judge(evidence: Evidence, turns: readonly Turn[]): number {
  if (!hasBothSides(turns) || evidence.alternating < 0.5 || codeShare(turns) > 0.3) return 0;
  const talk = talkativeness(evidence);
  const plain = !isLowerCase(turns) && evidence.turns >= 4 && evidence.alternating === 1;
  if (talk < (plain ? 0.12 : 0.3) || evidence.words < (plain ? 2 : 3)) return 0;
  return Math.min(0.99, 0.55 + 0.3 * talk + (evidence.turns >= 4 ? 0.12 : 0));
}

export const assistantLabels: Rule = {
  about: "labels of question and answer roles: User and Assistant, Customer and Agent",
  find: (stretch, options) =>
    findDialogues(stretch, labelsOf(stretch, isRoleLabel), judge, options),
};
