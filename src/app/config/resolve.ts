// Merges configuration layers into one checked configuration in which every value knows its origin.
// All problems of all layers are collected and reported at once; problems.ts words them.
import type { z } from "zod";
import { type DeepReadonly, deepFreeze } from "../../core/frozen.ts";
import { optionValue } from "../../core/option-values.ts";
import { type Option, optionsOf } from "../../core/options.ts";
import type { ValueShape } from "../../core/value-shapes.ts";
import { withBatchChoice } from "./auto-batch.ts";
import { type ConfigLayer, layer, LAYER_ORDER, type LayerKind, setAt, valueAt } from "./layers.ts";
import { settleMethod } from "./method.ts";
import { type Merged, reportProblems, shapeProblems, valueProblems } from "./problems.ts";
import { RunConfigSchema } from "./schema.ts";

/** Values of a schema, each with its origin. */
export interface Resolved<T> {
  config: DeepReadonly<T>;
  /** Origin of each value by dotted key, for example "lora.r" → "profile:chat". */
  origins: ReadonlyMap<string, string>;
  /** What was given and does not count, because something given beside it does. */
  unused: readonly string[];
}

export type ResolvedConfig = Resolved<z.infer<typeof RunConfigSchema>>;

interface Exclusion {
  /** Given in a later layer than `counts`, it clears `counts`. Given beside it, it does not count. */
  key: string;
  counts: string;
}

/** Options of which only one counts. */
const EXCLUSIONS: readonly Exclusion[] = [
  { key: "optimization.epochs", counts: "optimization.iters" },
  { key: "lora.alpha", counts: "lora.scale" },
  { key: "data.validation_split", counts: "data.validation_file" },
];

function given(from: ConfigLayer, key: string): unknown {
  return valueAt(from.values, key.split("."));
}

function clearReplaced(from: ConfigLayer, { values, winners }: Merged): void {
  for (const { key, counts } of EXCLUSIONS) {
    if (given(from, key) === undefined || given(from, counts) !== undefined) continue;
    if ((valueAt(values, counts.split(".")) ?? null) === null) continue;
    setAt(values, counts.split("."), null);
    winners.set(counts, { ...from, originOf: () => from.originOf(key.split(".")) });
  }
}

/** Of the options that exclude each other, those that one layer gives together. */
function givenTogether(from: ConfigLayer): Exclusion[] {
  return EXCLUSIONS.filter(
    ({ key, counts }) =>
      (given(from, key) ?? null) !== null && (given(from, counts) ?? null) !== null,
  );
}

/** Layers in which a person said each value; the others are whole configurations. */
const SAID: readonly LayerKind[] = ["user", "project", "config", "environment", "flag"];

function unusedValues(from: ConfigLayer, { winners }: Merged): string[] {
  if (!SAID.includes(from.kind)) return [];
  const name = (key: string): string =>
    from.locate === undefined ? from.originOf(key.split(".")).replace(/^\w+:/, "") : key;
  return givenTogether(from)
    .filter(({ counts }) => winners.get(counts) === from)
    .map(({ key, counts }) => `${name(key)} is not used, because ${name(counts)} is given too`);
}

function takesList(shape: ValueShape): boolean {
  if (shape.kind === "union") return shape.members.some((member) => takesList(member.shape));
  return shape.kind === "list";
}

/** In a file a list may be written as words with commas. */
function asWritten(option: Option, value: unknown): unknown {
  return typeof value === "string" && takesList(option.shape)
    ? optionValue(option, [value])
    : value;
}

function merge(options: readonly Option[], layers: readonly ConfigLayer[]): Merged {
  const merged: Merged = { values: {}, winners: new Map() };
  for (const from of layers) {
    for (const option of options) {
      const value = valueAt(from.values, option.path);
      if (value === undefined) continue;
      setAt(merged.values, option.path, asWritten(option, value));
      merged.winners.set(option.key, from);
    }
    clearReplaced(from, merged);
  }
  return merged;
}

/**
 * Merges layers over the schema's defaults by precedence, whatever their order here. A list or a record of a later
 * layer takes the place of an earlier one whole. `settle` makes merged values agree and says which cannot. Throws one ConfigError with every problem.
 */
export function resolveLayers<Schema extends z.ZodObject>(
  schema: Schema,
  layers: readonly ConfigLayer[],
  settle: (merged: Merged) => string[] = () => [],
): Resolved<z.infer<Schema>> {
  const options = optionsOf(schema);
  const ordered = [layer("default", "", schema.parse({})), ...layers].sort(
    (a, b) => LAYER_ORDER.indexOf(a.kind) - LAYER_ORDER.indexOf(b.kind),
  );
  const merged = merge(options, ordered);
  const disagreements = settle(merged);
  const parsed = schema.safeParse(merged.values);
  reportProblems([
    ...ordered.flatMap((from) => shapeProblems(options, from)),
    ...disagreements,
    ...(parsed.success ? [] : valueProblems(schema, merged, parsed.error)),
  ]);
  if (!parsed.success) throw parsed.error;
  const origins = [...merged.winners].map(([key, from]): [string, string] => {
    return [key, from.originOf(key.split("."))];
  });
  const unused = ordered.flatMap((from) => unusedValues(from, merged));
  return { config: deepFreeze(parsed.data), origins: new Map(origins), unused };
}

/** The configuration of a run. Throws as `resolveLayers` does. */
export function resolveConfig(layers: readonly ConfigLayer[]): ResolvedConfig {
  return resolveLayers(RunConfigSchema, layers.map(withBatchChoice), settleMethod);
}

/** The configuration with `{ value, origin }` in the place of each value. */
export function withOrigins({ config, origins }: ResolvedConfig): Record<string, unknown> {
  const annotated: Record<string, unknown> = {};
  for (const { path, key } of optionsOf(RunConfigSchema)) {
    const value = valueAt(config, path);
    setAt(annotated, path, { value, origin: origins.get(key) ?? "default" });
  }
  return annotated;
}
