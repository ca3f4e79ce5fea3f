// From what a command was given to one resolved configuration: every layer gathered, then merged.
// The only place that knows all sources of options; what a run needs on top is `requireRunnable`.
import { logger } from "../../core/logger.ts";
import type { Environment } from "../../core/paths.ts";
import { asOurs, coursePreset } from "../courses/index.ts";
import { environmentLayer, PROFILE_VARIABLE } from "./environment.ts";
import { readConfigFile, standingFiles } from "./files.ts";
import { type ConfigLayer, layer, type RawValues, valueAt } from "./layers.ts";
import { valuesOfOtherMethods } from "./other-methods.ts";
import { type PresetName, presets } from "./presets.ts";
import { reportProblems } from "./problems.ts";
import { profiles } from "./profiles.ts";
import { type ResolvedConfig, resolveConfig } from "./resolve.ts";
import type { RunConfig } from "./schema.ts";
import { templateProblem } from "./template-name.ts";

export interface ConfigSources {
  preset?: PresetName | undefined;
  profile?: string | undefined;
  /** The file of `--config`. */
  configFile?: string | undefined;
  /** What positional arguments said: MODEL and DATASET. */
  arguments?: RawValues | undefined;
  /** What flags said, nested by option path. */
  flags?: { values: RawValues; originOf(path: readonly string[]): string } | undefined;
  /** What a form or a tool puts forward where nobody said anything: over the preset, below everything else. */
  suggested?: { name: string; values: RawValues } | undefined;
  cwd?: string | undefined;
  environment?: Environment | undefined;
}

function profileLayer(sources: ConfigSources, environment: Environment): ConfigLayer[] {
  const name = sources.profile ?? environment[PROFILE_VARIABLE];
  if (name === undefined || name === "") return [];
  return [layer("profile", name, profiles.get(name) as RawValues)];
}

function commandLineLayers(sources: ConfigSources): ConfigLayer[] {
  const layers: ConfigLayer[] = [];
  if (sources.arguments !== undefined) layers.push(layer("argument", "", sources.arguments));
  if (sources.flags !== undefined) layers.push({ kind: "flag", ...sources.flags });
  return layers;
}

/** The last word on a value over layers that are in order. */
function lastSaid(layers: readonly ConfigLayer[], path: readonly string[]): string | undefined {
  const said = layers.map(({ values }) => valueAt(values, path));
  const last = said.findLast((value) => value !== undefined);
  return typeof last === "string" ? last : undefined;
}

/** What a run starts from: the command's preset, or that of the tool which it is to reproduce. */
function presetLayer(preset: PresetName | undefined, above: readonly ConfigLayer[]): ConfigLayer[] {
  const tool = coursePreset(
    lastSaid(above, ["course", "compat"]),
    lastSaid(above, ["optimization", "optimizer"]),
  );
  if (tool !== undefined) return [layer("preset", tool.name, tool.values)];
  return preset === undefined ? [] : [layer("preset", preset, presets[preset])];
}

/** Gathers every layer and resolves it. Throws ConfigError with all problems. */
export function loadRunConfig(sources: ConfigSources): ResolvedConfig {
  const environment = sources.environment ?? process.env;
  const { preset, configFile } = sources;
  const above = [
    ...profileLayer(sources, environment),
    ...standingFiles(sources.cwd ?? process.cwd(), environment),
    ...(configFile === undefined ? [] : [asOurs(readConfigFile("config", configFile))]),
    ...environmentLayer(environment),
    ...commandLineLayers(sources),
  ];
  const { suggested } = sources;
  const begun = [
    ...presetLayer(preset, above),
    ...(suggested === undefined ? [] : [layer("preset", suggested.name, suggested.values)]),
  ];
  const resolved = resolveConfig([...begun, ...above]);
  const given = [...resolved.origins].filter(([, origin]) => origin !== "default");
  logger().debug("configuration resolved", Object.fromEntries(given));
  return { ...resolved, unused: [...resolved.unused, ...valuesOfOtherMethods(resolved)] };
}

/** Throws ConfigError when something that every run needs is missing: a model, data, a known template. */
export function requireRunnable(config: RunConfig): void {
  reportProblems(
    [
      ...(config.model.name === "" ? ["Model name is required"] : []),
      ...(config.data.train_file === "" ? ["Training file is required"] : []),
    ],
    "ft train start MODEL rows.jsonl; ft models list and ft train list-data show what there is",
  );
  const template = templateProblem(config.data.template);
  reportProblems(template === undefined ? [] : [template]);
}
