// What rules found in one stretch, put beside each other: where two claim the same text, the dialogue of the surer
// finding, or of one nearly as sure that says more, stays.
import type { Dialogue, Finding } from "./rules/rule.ts";
import { least, most } from "./text/extremes.ts";

export interface RuleFinding extends Finding {
  readonly rule: string;
}

export interface Claim {
  readonly rule: string;
  readonly confidence: number;
  readonly dialogue: Dialogue;
  /** From its first message's beginning to the end of its last. */
  readonly start: number;
  readonly end: number;
}

export interface Resolved {
  /** In order of their place. */
  readonly kept: readonly Claim[];
  /** Each beside the kept one it gave way to. */
  readonly lost: readonly (readonly [lost: Claim, kept: Claim])[];
}

function claimsOf({ rule, confidence, dialogues }: RuleFinding): Claim[] {
  return dialogues.map((dialogue) => {
    const places = dialogue.messages.flatMap(({ spans }) => spans.flat());
    return { rule, confidence, dialogue, start: least(places), end: most(places) };
  });
}

function said({ dialogues }: Finding): number {
  let sum = 0;
  for (const { messages } of dialogues) for (const { content } of messages) sum += content.length;
  return sum;
}

/** The surest first; saying as much as the one that says most counts as much as being surer by a third. */
function standing(findings: readonly RuleFinding[]): RuleFinding[] {
  const longest = most(findings.map(said), 1);
  const score = new Map(
    findings.map((one) => [one, one.confidence + (0.35 * said(one)) / longest]),
  );
  return [...findings].sort((left, right) => (score.get(right) ?? 0) - (score.get(left) ?? 0));
}

/** Kept claims by place; they never overlap, so the one before a place and the one behind it are all to look at. */
class Kept {
  readonly #claims: Claim[] = [];

  get all(): readonly Claim[] {
    return this.#claims;
  }

  #behind(place: number): number {
    let low = 0;
    let high = this.#claims.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#claims[middle]?.end ?? 0) <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The kept claim this one overlaps, else it is kept. */
  add(claim: Claim): Claim | undefined {
    const index = this.#behind(claim.start);
    const next = this.#claims[index];
    if (next !== undefined && next.start < claim.end) return next;
    this.#claims.splice(index, 0, claim);
    return undefined;
  }
}

export function resolve(findings: readonly RuleFinding[]): Resolved {
  const kept = new Kept();
  const lost: [Claim, Claim][] = [];
  for (const claim of standing(findings).flatMap(claimsOf)) {
    const winner = kept.add(claim);
    if (winner !== undefined) lost.push([claim, winner]);
  }
  return { kept: kept.all, lost };
}
