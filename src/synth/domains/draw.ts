// What a row is to be about: a value of each parameter by its weight, and how many exchanges. The same seed and number
// give the same scenario, whatever else has been drawn.
import { Random } from "../../core/random.ts";
import type { Domain, Parameter, Range, Subdomain } from "./domain.ts";

export interface Scenario {
  domain: string;
  subdomain: string;
  /** Value by parameter. */
  values: Readonly<Record<string, string>>;
  /** Turns of a user and an assistant. */
  exchanges: number;
}

export interface DrawPlace {
  seed: number;
  /** Which row of the set, from 0. */
  row: number;
  /** How often the row has been drawn before. */
  draw: number;
}

function weighted({ values }: Parameter, random: Random): string {
  const sum = values.reduce((all, { weight }) => all + weight, 0);
  let left = random.next() * sum;
  for (const { name, weight } of values) {
    left -= weight;
    if (left < 0) return name;
  }
  return values.at(-1)!.name;
}

/** How many exchanges rows of these values have: one number, or a range to draw from. */
export function exchangesOf({ exchanges }: Domain, values: Scenario["values"]): Range {
  const rule = exchanges.when.find((one) => one.values.includes(values[one.parameter] ?? ""));
  return rule === undefined ? exchanges.otherwise : { least: rule.count, most: rule.count };
}

export function drawScenario(domain: Domain, subdomain: Subdomain, place: DrawPlace): Scenario {
  const { seed, row, draw } = place;
  // subdomains of one seed are not drawn alike
  const random = Random.fromSeed(seed).split(`${subdomain.key} row ${row} draw ${draw}`);
  // a stream for each: another parameter in the file changes no other draw
  const values = Object.fromEntries(
    domain.parameters.map((one) => [one.name, weighted(one, random.split(one.name))]),
  );
  const { least, most } = exchangesOf(domain, values);
  const exchanges = least + random.split("exchanges").integer(most - least + 1);
  return { domain: domain.key, subdomain: subdomain.key, values, exchanges };
}
