// From labels to findings: the regions of the labels a rule accepts, their turns, and how sure the evidence makes one
// that these are conversations. What the rules over speakers share.
import type { Dialogue, Finding, RuleOptions } from "../rules/rule.ts";
import type { Label } from "../text/label.ts";
import type { Stretch } from "../text/stretch.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";
import { messagesOf, rolesOf } from "./roles.ts";
import { divided, merged, regionsOf, type Turn, turnsOf } from "./turns.ts";

/** How sure the evidence of a region makes, 0 for none of it. */
export type Judge = (evidence: Evidence, turns: readonly Turn[]) => number;

function dialoguesOf(stretch: Stretch, turns: readonly Turn[], options: RuleOptions): Dialogue[] {
  const roles = rolesOf(turns, options);
  return divided(stretch, turns)
    .map((group) => ({ messages: messagesOf(merged(group), roles) }))
    .filter(({ messages }) => new Set(messages.map(({ role }) => role)).size > 1);
}

function finding(
  stretch: Stretch,
  region: readonly Label[],
  judge: Judge,
  options: RuleOptions,
): Finding | undefined {
  const turns = turnsOf(stretch, region);
  const [first, last] = [turns[0], turns.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const confidence = judge(evidenceOf(turns), turns);
  if (confidence <= 0) return undefined;
  const dialogues = dialoguesOf(stretch, turns, options);
  if (dialogues.length === 0) return undefined;
  return {
    span: [first.label.start, last.spans.at(-1)?.[1] ?? last.label.body],
    confidence,
    dialogues,
  };
}

/** Findings of the regions that accepted labels make. */
export function findDialogues(
  stretch: Stretch,
  labels: readonly Label[],
  judge: Judge,
  options: RuleOptions,
): Finding[] {
  return regionsOf(stretch, labels)
    .map((region) => finding(stretch, region, judge, options))
    .filter((found) => found !== undefined);
}

/** Every label of a stretch that `accepts` takes. */
export function labelsOf(stretch: Stretch, accepts: (label: Label) => boolean): Label[] {
  return stretch.labels.filter(accepts);
}
