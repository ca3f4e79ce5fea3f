// Settings of which several values are to be tried, kept in the address: `vary.lora.r=4,8,16`. Which values are right the API
// says.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData } from "@tanstack/react-query";
import { useMemo } from "react";
import { $api } from "../../api/client.ts";
import type { Field, Filled } from "./form-state.ts";

const prefix = "vary.";

export type Grid = Record<string, unknown[]>;

/** As the setting takes it; what it cannot be stays text, and the API says so. */
function valueOf({ kind }: Field, text: string): unknown {
  if (kind === "number" || kind === "integer") {
    const value = Number(text);
    return text.trim() === "" || Number.isNaN(value) ? text : value;
  }
  if (kind === "switch") return text === "true" ? true : text === "false" ? false : text;
  return text;
}

/** Words with commas between them. */
const wordsOf = (text: string): string[] =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");

export interface Varied {
  field: Field;
  words: readonly string[];
}

type Search = Record<string, string | undefined>;

/** Of one setting many values, or a list of values, is no text between commas. */
export const canVary = ({ kind, key }: Field): boolean =>
  kind !== "words" && kind !== "json" && key !== "output_dir";

export function variedBy(search: Search, fields: readonly Field[]): Varied[] {
  return fields.flatMap((field) => {
    const text = search[`${prefix}${field.key}`];
    return text === undefined ? [] : [{ field, words: wordsOf(text) }];
  });
}

/** For the address: a setting that is chosen and has no value yet is a comma. */
export const writtenAs = (key: string, words: readonly string[] | undefined): Search => ({
  [`${prefix}${key}`]: words === undefined ? undefined : words.length === 0 ? "," : words.join(","),
});

export const gridOf = (varied: readonly Varied[]): Grid =>
  Object.fromEntries(
    varied
      .filter(({ words }) => words.length > 0)
      .map(({ field, words }) => [field.key, words.map((word) => valueOf(field, word))]),
  );

export const countOf = (grid: Grid): number =>
  Object.keys(grid).length === 0
    ? 0
    : Object.values(grid).reduce((product, { length }) => product * length, 1);

/** Milliseconds of rest before the runs are checked. */
const rest = 250;

/** The runs that the form makes with these values, each checked; asked for only where something varies. */
export function useTrials(filled: Filled, grid: Grid) {
  const text = JSON.stringify({ ...filled, grid });
  const [settled] = useDebouncedValue(text, rest);
  const body = useMemo(
    () => JSON.parse(settled) as Filled & { grid: Record<string, never[]> },
    [settled],
  );
  const query = $api.useQuery(
    "post",
    "/api/v1/train/form/trials",
    { body },
    {
      placeholderData: keepPreviousData,
      enabled: Object.keys(body.grid).length > 0,
      gcTime: 60_000,
      retry: false,
    },
  );
  return { ...query, isBehind: settled !== text || query.isPlaceholderData };
}
