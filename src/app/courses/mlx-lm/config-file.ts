// A configuration file of mlx_lm.lora 0.32 as one of ours: recognised by its keys, each of which is mapped or named.
// What a key means is keys.ts's, what the values do then index.ts's; a file that is read here asks for its course.
import { ConfigError, type Location } from "../../../core/errors.ts";
import { nearest } from "../../../core/nearest.ts";
import { type ConfigLayer, isGroup, type RawValues, setAt } from "../../config/layers.ts";
import { wrongValue } from "../../config/problems.ts";
import { RunConfigSchema } from "../../config/schema.ts";
import {
  anyGroup,
  type Keys,
  loraKeys,
  type Meant,
  optimizerKeys,
  optimizerName,
  scheduleKeys,
  topKeys,
} from "./keys.ts";

/** Keys that our own files do not have at the top. */
const telling = [
  ...Object.keys(topKeys),
  "lora_parameters",
  "lr_schedule",
  "optimizer_config",
].filter((key) => key !== "optimizer" && !Object.hasOwn(RunConfigSchema.shape, key));

/** Whether a file's values are mlx-lm's. */
export function isMlxLmFile(values: RawValues): boolean {
  return typeof values["model"] === "string" || telling.some((key) => Object.hasOwn(values, key));
}

interface Entry {
  /** As the file has it. */
  path: readonly string[];
  value: unknown;
  keys: Keys;
}

const entries = (path: readonly string[], values: RawValues, keys: Keys): Entry[] =>
  Object.entries(values).map(([key, value]) => ({ path: [...path, key], value, keys }));

/** A group under the file's top: its keys, or that it is none. */
function under(path: readonly string[], value: unknown, keys: Keys): Entry[] {
  if (value === undefined || value === null) return [];
  if (isGroup(value)) return entries(path, value, keys);
  return [{ path, value, keys: { [path.at(-1) ?? ""]: anyGroup } }];
}

/** Settings of the optimizer that the file names; those of the others do not count. */
function ofChosenOptimizer({ optimizer, optimizer_config: settings }: RawValues): Entry[] {
  const { data: name = "adam" } = optimizerName.safeParse(optimizer ?? "adam");
  if (!isGroup(settings)) return under(["optimizer_config"], settings, {});
  return under(["optimizer_config", name], settings[name], optimizerKeys[name] ?? {});
}

function entriesOf(values: RawValues): Entry[] {
  const { lora_parameters, lr_schedule, optimizer_config: _, ...rest } = values;
  return [
    ...entries([], rest, topKeys),
    ...under(["lora_parameters"], lora_parameters, loraKeys),
    ...under(["lr_schedule"], lr_schedule, scheduleKeys),
    ...ofChosenOptimizer(values),
  ];
}

/** A key that says nothing (null) has its default, as in mlx-lm. */
function meaningOf({ path, value, keys }: Entry): Meant {
  const name = path.at(-1) ?? "";
  const known = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (known === undefined) return unknown(name, keys);
  if (value === null) return undefined;
  return wrongValue(known.type, value) ?? known.meaning(value);
}

function unknown(name: string, keys: Keys): string {
  const near = nearest(name, Object.keys(keys));
  return `mlx_lm.lora 0.32 has no such key${near === undefined ? "" : `; did you mean ${near}?`}`;
}

function refused(problems: readonly string[]): ConfigError {
  return new ConfigError("FT-CONFIG-067", {
    message: "this mlx_lm.lora configuration uses keys that ft does not support",
    problems,
    hint: "change these keys, or leave them out: docs/coming-from-mlx-lm.md lists them all",
  });
}

/** The same layer with our keys. Throws ConfigError FT-CONFIG-067 with every key that has no counterpart. */
export function fromMlxLm(file: ConfigLayer): ConfigLayer {
  const values: Record<string, unknown> = { course: { compat: "mlx-lm" } };
  const cameFrom = new Map<string, readonly string[]>();
  const problems: string[] = [];
  for (const entry of entriesOf(file.values)) {
    const meant = meaningOf(entry);
    if (typeof meant === "string")
      problems.push(`${placeOf(file, entry.path)}${entry.path.join(".")}: ${meant}`);
    else
      for (const [key, own] of Object.entries(meant ?? {})) {
        setAt(values, key.split("."), own);
        cameFrom.set(key, entry.path);
      }
  }
  if (problems.length > 0) throw refused(problems);
  const theirs = (path: readonly string[]): readonly string[] => cameFrom.get(path.join(".")) ?? [];
  return {
    kind: file.kind,
    values,
    originOf: (path) => file.originOf(theirs(path)),
    locate: (path): Location => file.locate?.(theirs(path)) ?? {},
  };
}

function placeOf(file: ConfigLayer, path: readonly string[]): string {
  const { file: name, line } = file.locate?.(path) ?? {};
  return name === undefined ? "" : `${name}${line === undefined ? "" : `:${line}`}: `;
}
