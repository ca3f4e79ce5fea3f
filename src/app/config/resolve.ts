// Merges configuration layers into one checked configuration in which every value knows its origin.
// All problems of all layers are collected and reported at once.
import type { z } from "zod";
import { ConfigError, type Location } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import { listFromText, type Option, optionsOf } from "../../core/options.ts";
import { type ConfigLayer, isGroup, layer, LAYER_ORDER, setAt, valueAt } from "./layers.ts";
import { defaultRunConfig, type RunConfig, RunConfigSchema } from "./schema.ts";

export interface ResolvedConfig {
  config: RunConfig;
  /** Origin of each value by dotted key, for example "lora.r" → "profile:chat". */
  origins: ReadonlyMap<string, string>;
}

const OPTIONS: readonly Option[] = optionsOf(RunConfigSchema);
const GROUPS: ReadonlySet<string> = new Set(
  OPTIONS.filter((option) => option.path.length > 1).map((option) => option.path[0] ?? ""),
);

function placed(from: ConfigLayer, path: readonly string[], text: string): string {
  const at: Location | undefined = from.locate?.(path);
  if (at?.file === undefined) return `${text} (from ${from.originOf(path)})`;
  return `${at.file}${at.line === undefined ? "" : `:${at.line}`}: ${text}`;
}

function knownKeys(under: string | undefined): string[] {
  const depth = under === undefined ? 0 : 1;
  const inside = OPTIONS.filter((option) => under === undefined || option.path[0] === under);
  return [...new Set(inside.map((option) => option.path[depth] ?? ""))];
}

/** The known key meant by an unknown one: in the same group first, then anywhere. */
function meant(path: readonly string[]): string | undefined {
  const name = path[path.length - 1] ?? "";
  const group = path.length > 1 ? path[0] : undefined;
  const near = nearest(name, knownKeys(group));
  if (near !== undefined) return group === undefined ? near : `${group}.${near}`;
  const elsewhere = OPTIONS.find((option) => option.path[option.path.length - 1] === name);
  return (
    elsewhere?.key ??
    nearest(
      path.join("."),
      OPTIONS.map((option) => option.key),
    )
  );
}

function unknownKey(from: ConfigLayer, path: readonly string[]): string {
  const near = meant(path);
  const suggestion = near === undefined ? "" : `; did you mean ${near}?`;
  return placed(from, path, `unknown key ${path.join(".")}${suggestion}`);
}

/** Problems of shape in one layer: keys that do not exist, groups that are not groups. */
function shapeProblems(from: ConfigLayer): string[] {
  return Object.entries(from.values).flatMap(([name, value]) => {
    if (!GROUPS.has(name))
      return knownKeys(undefined).includes(name) ? [] : [unknownKey(from, [name])];
    if (!isGroup(value)) return [placed(from, [name], `${name}: expected keys and values`)];
    const keys = knownKeys(name);
    return Object.keys(value)
      .filter((key) => !keys.includes(key))
      .map((key) => unknownKey(from, [name, key]));
  });
}

/** The first, given in a later layer than the second, is what counts: the second goes back to null. */
const REPLACES: readonly (readonly [key: string, replaced: string])[] = [
  ["optimization.epochs", "optimization.iters"],
  ["lora.alpha", "lora.scale"],
  ["data.validation_split", "data.validation_file"],
];

function replace(from: ConfigLayer, { values, winners }: Merged): void {
  const isGiven = (key: string): boolean => valueAt(from.values, key.split(".")) !== undefined;
  for (const [key, replaced] of REPLACES) {
    if (!isGiven(key) || isGiven(replaced)) continue;
    if ((valueAt(values, replaced.split(".")) ?? null) === null) continue;
    setAt(values, replaced.split("."), null);
    winners.set(replaced, { ...from, originOf: () => from.originOf(key.split(".")) });
  }
}

interface Merged {
  values: Record<string, unknown>;
  winners: Map<string, ConfigLayer>;
}

function merge(layers: readonly ConfigLayer[]): Merged {
  const values: Record<string, unknown> = {};
  const winners = new Map<string, ConfigLayer>();
  for (const from of layers) {
    for (const option of OPTIONS) {
      const given = valueAt(from.values, option.path);
      if (given === undefined) continue;
      const asList = option.kind === "list" && typeof given === "string";
      setAt(values, option.path, asList ? listFromText(given) : given);
      winners.set(option.key, from);
    }
    replace(from, { values, winners });
  }
  return { values, winners };
}

function issueText(issue: z.core.$ZodIssue, option: Option | undefined, value: unknown): string {
  if (issue.code === "invalid_type") {
    const expected = issue.expected === "int" ? "a whole number" : `a ${issue.expected}`;
    return `expected ${expected}, not ${JSON.stringify(value)}`;
  }
  if (issue.code === "invalid_value" && issue.message.startsWith("Invalid")) {
    const name = (option?.path.at(-1) ?? "value").replaceAll("_", " ");
    const valid = issue.values.map(String).join(", ");
    return `Unknown ${name} '${String(value)}'. Valid options: [${valid}]`;
  }
  return issue.message;
}

function valueProblems(merged: Merged, error: z.ZodError): string[] {
  return error.issues.map((issue) => {
    const path = issue.path.map(String);
    const option = OPTIONS.find((each) => each.path.every((key, index) => key === path[index]));
    const text = `${option?.key ?? path.join(".")}: ${issueText(issue, option, valueAt(merged.values, path))}`;
    const from = option === undefined ? undefined : merged.winners.get(option.key);
    return from === undefined ? text : placed(from, path, text);
  });
}

/** Throws one ConfigError that carries every problem; does nothing when there are none. */
export function reportProblems(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const [first = ""] = problems;
  const count = problems.length;
  throw new ConfigError("FT-CONFIG-005", {
    message: count === 1 ? first : `${count} problems in the configuration`,
    problems: count === 1 ? [] : problems,
    hint: "ft config schema lists every key, its type and its default",
  });
}

/** Merges layers by precedence, whatever their order here. Throws one ConfigError with every problem. */
export function resolveConfig(layers: readonly ConfigLayer[]): ResolvedConfig {
  const defaults = layer("default", "", { ...defaultRunConfig() });
  const ordered = [defaults, ...layers].sort(
    (a, b) => LAYER_ORDER.indexOf(a.kind) - LAYER_ORDER.indexOf(b.kind),
  );
  const merged = merge(ordered);
  const parsed = RunConfigSchema.safeParse(merged.values);
  reportProblems([
    ...ordered.flatMap(shapeProblems),
    ...(parsed.success ? [] : valueProblems(merged, parsed.error)),
  ]);
  if (!parsed.success) throw parsed.error;
  const origins = [...merged.winners].map(([key, from]): [string, string] => {
    return [key, from.originOf(key.split("."))];
  });
  return { config: parsed.data, origins: new Map(origins) };
}

/** The configuration with `{ value, origin }` in the place of each value. */
export function withOrigins(resolved: ResolvedConfig): Record<string, unknown> {
  const annotated: Record<string, unknown> = {};
  for (const option of OPTIONS) {
    const value = valueAt(resolved.config, option.path);
    setAt(annotated, option.path, { value, origin: resolved.origins.get(option.key) ?? "default" });
  }
  return annotated;
}
