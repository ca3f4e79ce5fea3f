// How documents are to be read, as it stands in the address: who answers, how long and how sure a conversation must be,
// who is shown what rules leave open.
import type { components } from "../../api/generated.d.ts";

export type Search = Record<string, string | undefined>;

export type Reading = Omit<components["schemas"]["NewReview"], "name">;

export const usual = { least: 2, sure: 0.5 };

const within = (text: string | undefined, usually: number, least: number, most: number): number => {
  const number = Number(text ?? usually);
  return Number.isFinite(number) ? Math.min(most, Math.max(least, number)) : usually;
};

/** Names stand one behind the other, each with a line break before the next. */
export const namesIn = ({ names = "" }: Search): string[] =>
  names.split("\n").filter((name) => name.trim() !== "");

export function readingIn(search: Search): Reading {
  const { least, sure, by, model } = search;
  return {
    assistants: namesIn(search),
    min_turns: Math.round(within(least, usual.least, 1, 1000)),
    min_confidence: within(sure, usual.sure, 0, 1),
    ...(by !== undefined && by !== "" && { provider: by }),
    ...(by !== undefined && by !== "" && model !== undefined && model !== "" && { model }),
  };
}

/** The same in a few words. */
export function readingText(reading: Reading): string {
  const { assistants, min_turns: turns, min_confidence: sure, provider } = reading;
  const who =
    assistants.length === 0 ? "roles found by rules" : `${assistants.join(", ")} as assistant`;
  const asked = provider === undefined ? "no model" : `unclear passages sent to ${provider}`;
  return `${who}, at least ${turns} turns, certainty ${sure} or more, ${asked}`;
}
