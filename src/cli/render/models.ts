// A table of models, wherever they are: what each is, and what training it would need.
import { QUICK_ROW } from "../../app/config/presets.ts";
import type { ListedModel } from "../../app/models/list-models.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import { table } from "./table.ts";

const orNull = (value: number | null, text: (value: number) => string): string | null =>
  value === null ? null : text(value);

const meaning = [
  `TRAIN QUICK: estimated memory of ft train quick MODEL, which trains on one row of up to ${QUICK_ROW} tokens at a time.`,
  "Longer rows and larger batches need more: ft recommend MODEL --data FILE estimates them.",
];

/** `none` is said where there is no model. */
export function modelTable(models: readonly ListedModel[], none: string): string {
  if (models.length === 0) return none;
  const shown = table(models, [
    { title: "MODEL", value: ({ name }) => name },
    { title: "SOURCE", value: ({ source }) => source },
    { title: "TYPE", value: ({ architecture }) => architecture },
    { title: "PARAMETERS", value: ({ parameters }) => orNull(parameters, formatCount) },
    { title: "SIZE", value: ({ bytes }) => orNull(bytes, formatBytes) },
    { title: "TRAIN QUICK", value: ({ memoryBytes }) => orNull(memoryBytes, formatBytes) },
  ]);
  const problems = models.flatMap((model) => problemOf(model) ?? []);
  return [shown, "", ...meaning, ...problems].join("\n");
}

function problemOf({ name, supported, architecture, problem }: ListedModel): string | undefined {
  if (problem !== null) return `${name}: ${problem}`;
  return supported ? undefined : `${name}: the type ${architecture} is not supported`;
}
