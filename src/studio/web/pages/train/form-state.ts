// What is filled in, kept in the address: a setting is a parameter of its own name, so that a form can be linked to and a
// reload loses nothing. Which values are right the API says.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData } from "@tanstack/react-query";
import { useMemo } from "react";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useUrlState } from "../../app/url-state.ts";

export type Field = components["schemas"]["TrainingField"];
export type FormState = components["schemas"]["FormState"];
export type Filled = {
  values: Record<string, unknown>;
  profile?: string;
  dataset_id?: number;
};

/** Parameters that other pages link with, by the setting that they mean. */
const short: Readonly<Record<string, string>> = { model: "model.name", data: "data.train_file" };
const bundled = "builtin/text-to-sql";

/** As a setting stands in the address: text as it is, everything else as JSON. */
function written(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function read({ kind }: Field, text: string): unknown {
  if (kind === "text" || kind === "choice") return text === "null" ? null : text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function filledBy(search: Record<string, string | undefined>, fields: readonly Field[]): Filled {
  const by = new Map(fields.map((field) => [field.key, field]));
  const values: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(search)) {
    const field = by.get(short[name] ?? name);
    if (field === undefined || text === undefined || text === "") continue;
    const isBundled = field.key === "data.train_file" && text === "builtin";
    values[field.key] = isBundled ? bundled : read(field, text);
  }
  const { profile, dataset } = search;
  const id = Number(dataset);
  return {
    values,
    ...(profile !== undefined && profile !== "" && { profile }),
    ...(Number.isInteger(id) && id > 0 && { dataset_id: id }),
  };
}

export type Change = (values: Record<string, unknown>) => void;

/** Milliseconds of rest after which what is typed is looked at. */
const rest = 180;

export function useForm(fields: readonly Field[]) {
  const [search, setSearch] = useUrlState();
  const text = JSON.stringify(search);
  const filled = useMemo(
    () => filledBy(JSON.parse(text) as Record<string, string>, fields),
    [text, fields],
  );
  const [settled] = useDebouncedValue(filled, rest);
  const state = $api.useQuery(
    "post",
    "/api/v1/train/form",
    { body: settled },
    { placeholderData: keepPreviousData, enabled: fields.length > 0, gcTime: 60_000 },
  );
  const change: Change = (values) => {
    const named = Object.entries(values).map(([key, value]) => [key, written(value)]);
    const aliases = Object.entries(short)
      .filter(([, key]) => key in values)
      .map(([name]) => [name, undefined]);
    setSearch({ ...Object.fromEntries(aliases), ...Object.fromEntries(named) });
  };
  return { filled, settled, state, change, search, setSearch };
}

/** `--batch-size 8 --gradient-checkpointing` as values of the settings that have these flags. */
export function valuesOfFlags(text: string, fields: readonly Field[]): Record<string, unknown> {
  const words = text.split(" ").filter((word) => word !== "");
  return Object.fromEntries(
    words.flatMap((word, at) => {
      const field = fields.find(({ flag }) => flag === word);
      if (field === undefined) return [];
      const next = words[at + 1];
      const isAlone = next === undefined || next.startsWith("--");
      return [[field.key, isAlone ? true : read(field, next)]];
    }),
  );
}
