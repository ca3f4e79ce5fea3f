// Speakers alone on a line above what they say, without a colon: pasted chats of web pages, transcripts, scripts.
import { sideOf } from "../lexicon/speaker-roles.ts";
import type { Label } from "../text/label.ts";
import type { Stretch } from "../text/stretch.ts";
import { findDialogues, labelsOf } from "../turns/dialogues.ts";
import type { Evidence } from "../turns/evidence.ts";
import { isSpeakerName } from "../turns/names.ts";
import { codeShare, talkativeness } from "../turns/speaking.ts";
import { regionsOf, speakerKey, type Turn } from "../turns/turns.ts";
import type { Rule } from "./rule.ts";

const separators = new Set(["none", "bold", "bracket", "angle", "dash"]);

/** Above text, below nothing. */
function standsAlone({ lines }: Stretch, { line, alone }: Label): boolean {
  if (!alone || line + 1 >= lines.count) return false;
  const above = line === 0 || lines.isBlank(line - 1);
  return above && !(lines.isBlank(line + 1) && lines.isBlank(line + 2));
}

function mayName(stretch: Stretch, label: Label): boolean {
  if (!separators.has(label.separator) || label.heading > 0 || label.quoted > 0 || label.bullet)
    return false;
  return label.name.length <= 24 && standsAlone(stretch, label) && isSpeakerName(label);
}

function recurring(region: readonly Label[]): Label[] {
  const counts = new Map<string, number>();
  for (const label of region)
    counts.set(speakerKey(label), (counts.get(speakerKey(label)) ?? 0) + 1);
  return region.filter(
    (label) => (counts.get(speakerKey(label)) ?? 0) >= 2 || sideOf(label.stem) !== undefined,
  );
}

function judge(evidence: Evidence, turns: readonly Turn[]): number {
  const sides = new Set(turns.map(({ label }) => sideOf(label.stem)));
  const told = sides.has("asks") && sides.has("answers");
  if (!told && (evidence.recurring < 2 || evidence.turns < 4)) return 0;
  if (evidence.alternating < 0.6 || codeShare(turns) > 0.2 || evidence.words < 2) return 0;
  const talk = talkativeness(evidence);
  return talk < 0.5 ? 0 : Math.min(0.93, 0.45 + 0.35 * talk + (told ? 0.1 : 0));
}

export const bareSpeakers: Rule = {
  about: "speaker names alone on the line above their text",
  find: (stretch, options) =>
    regionsOf(
      stretch,
      labelsOf(stretch, (label) => mayName(stretch, label)),
    ).flatMap((region) => findDialogues(stretch, recurring(region), judge, options)),
};
