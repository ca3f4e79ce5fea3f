import type { Block } from "../sources/types.ts";
// All rules over one stretch of text, what they found put beside each other, and what nobody is sure of left out.
import { type Claim, resolve, type RuleFinding } from "./resolve.ts";
import { rules } from "./rules/registry.ts";
import type { Rule, RuleOptions } from "./rules/rule.ts";
import { Stretch } from "./text/stretch.ts";

export interface FoundClaims {
  readonly kept: readonly Claim[];
  readonly lost: readonly (readonly [lost: Claim, kept: Claim])[];
}

function findings(
  stretch: Stretch,
  options: RuleOptions,
  named: readonly (readonly [string, Rule])[],
): RuleFinding[] {
  return named.flatMap(([rule, { find }]) =>
    find(stretch, options).map((finding) => ({ ...finding, rule })),
  );
}

/** What rules find in a text whose blocks have places of it. */
export function findClaims(
  text: string,
  blocks: readonly Block[],
  options: RuleOptions,
  named: readonly (readonly [string, Rule])[] = Object.entries(rules),
): FoundClaims {
  return resolve(findings(new Stretch(text, blocks), options, named));
}
