// The paths of a configuration made independent of the working folder, so that a run goes on from anywhere.
// What names no file here (a Hub id, a shipped set, a template's name) stays as it is.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { expandHome } from "../../core/paths.ts";
import { templates } from "../../text/templates/index.ts";
import type { RunConfig } from "../config/schema.ts";

/** Settings that name a file, a folder, or something that is found by its name. */
const named = [
  "model.name",
  "data.train_file",
  "data.validation_file",
  "data.template",
  "lora.init_adapter",
  "distillation.teacher",
] as const;

/** Settings that name a file or folder and nothing else. */
const places = ["model.cache_dir", "output_dir"] as const;

export type NamedSetting = (typeof named)[number];

export interface PathChange {
  named(text: string, setting: NamedSetting): string;
  place(path: string): string;
}

type Group = Record<string, unknown>;

function changed(config: Group, setting: string, change: (text: string) => string): Group {
  const [first = "", rest] = setting.split(/\.(.*)/s);
  const value = config[first];
  if (typeof value === "string" && rest === undefined) return { ...config, [first]: change(value) };
  if (typeof value !== "object" || value === null || rest === undefined) return config;
  return { ...config, [first]: changed(value as Group, rest, change) };
}

/** Settings, whole or a part of them, with every path that is among them changed. */
export function withPaths<T extends object>(config: T, { named: name, place }: PathChange): T {
  let made = config as Group;
  for (const setting of named) made = changed(made, setting, (text) => name(text, setting));
  for (const setting of places) made = changed(made, setting, place);
  return made as T;
}

const absolute = (path: string): string => resolve(expandHome(path));

/** The same configuration, whatever folder a later process starts in. */
export const withAbsolutePaths = (config: RunConfig): RunConfig =>
  withPaths(config, {
    named: (text, setting) => {
      const isTemplate = setting === "data.template" && templates.has(text);
      return !isTemplate && existsSync(expandHome(text)) ? absolute(text) : text;
    },
    place: absolute,
  });
