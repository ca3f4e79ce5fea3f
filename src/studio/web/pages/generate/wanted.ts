// What a person wants of a set, as the address has it and as the API takes it. Nothing is kept anywhere else.
import type { components } from "../../api/generated.d.ts";

export type WantedSet = components["schemas"]["WantedSet"];
export type Domain = components["schemas"]["DomainCard"];

export type Search = Readonly<Record<string, string | undefined>>;

/** Weight by value by parameter. */
export type Weights = Record<string, Record<string, number>>;

/** `tone.angry:0,tone.calm:60` */
export function weightsIn(text: string | undefined): Weights {
  const weights: Weights = {};
  for (const part of (text ?? "").split(",")) {
    const [, parameter, value, weight] = /^(\w+)\.(\w+):(\d+(?:\.\d+)?)$/.exec(part) ?? [];
    if (parameter === undefined || value === undefined) continue;
    weights[parameter] = { ...weights[parameter], [value]: Number(weight) };
  }
  return weights;
}

export const weightsText = (weights: Weights): string =>
  Object.entries(weights)
    .flatMap(([parameter, values]) =>
      Object.entries(values).map(([value, weight]) => `${parameter}.${value}:${weight}`),
    )
    .join(",");

const numberIn = (text: string | undefined, otherwise: number): number => {
  const number = Number(text);
  return text === undefined || text === "" || !Number.isFinite(number) ? otherwise : number;
};

export const usual = { count: 100, temperature: 0.7, concurrency: 5, seed: 0 };

const linesIn = (text: string | undefined): string[] =>
  (text ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** Undefined while no domain and no part of one are chosen. */
export function wantedIn(search: Search): WantedSet | undefined {
  const { domain, subdomain, name, system, instructions, provider, model, budget } = search;
  if (domain === undefined || subdomain === undefined) return undefined;
  return {
    ...{ domain, subdomain, rows: 3 },
    count: Math.max(1, Math.round(numberIn(search["count"], usual.count))),
    format: search["format"] === "instruction" ? "instruction" : "chat",
    language: search["language"] ?? "en",
    seed: Math.round(numberIn(search["seed"], usual.seed)),
    temperature: numberIn(search["temperature"], usual.temperature),
    concurrency: Math.round(numberIn(search["concurrency"], usual.concurrency)),
    topics: linesIn(search["topics"]),
    weights: weightsIn(search["weights"]),
    ...(name !== undefined && { name }),
    ...(system !== undefined && { system }),
    ...(instructions !== undefined && { instructions }),
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { model }),
    ...(budget !== undefined && { budget: numberIn(budget, 0) }),
  };
}
