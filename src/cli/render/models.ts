// A table of models, wherever they are: what each is, and what training it would need.
import type { ListedModel } from "../../app/models/list-models.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import { table } from "./table.ts";

const orNull = (value: number | null, text: (value: number) => string): string | null =>
  value === null ? null : text(value);

/** `none` is said where there is no model. */
export function modelTable(models: readonly ListedModel[], none: string): string {
  if (models.length === 0) return none;
  const shown = table(models, [
    { title: "MODEL", value: ({ name }) => name },
    { title: "SOURCE", value: ({ source }) => source },
    { title: "TYPE", value: ({ architecture }) => architecture },
    { title: "PARAMETERS", value: ({ parameters }) => orNull(parameters, formatCount) },
    { title: "SIZE", value: ({ bytes }) => orNull(bytes, formatBytes) },
    { title: "TO TRAIN", value: ({ memoryBytes }) => orNull(memoryBytes, formatBytes) },
  ]);
  const problems = models.flatMap((model) => problemOf(model) ?? []);
  const meaning = "TO TRAIN: memory at its peak with the default settings, 4 rows of 2048 tokens.";
  return [shown, "", meaning, ...problems].join("\n");
}

function problemOf({ name, supported, architecture, problem }: ListedModel): string | undefined {
  if (problem !== null) return `${name}: ${problem}`;
  return supported ? undefined : `${name}: the type ${architecture} is not supported`;
}
