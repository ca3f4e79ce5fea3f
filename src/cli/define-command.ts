// What a command is: data and one function. From the data come parsing, help and examples.
// No command reads process.argv, prints by itself or knows commander.
import { z } from "zod";
import type { PresetName } from "../app/config/presets.ts";
import { UsageError } from "../core/errors.ts";
import { optionsOf } from "../core/options.ts";
import type { Environment } from "../core/paths.ts";
import type { Io } from "./io.ts";
import { chosenOptions, keeping, withSaving } from "./saved-options.ts";
import type { GivenSettings } from "./settings.ts";

/** Options that every command takes. */
export const CommonOptions = z.strictObject({
  json: z.boolean().default(false).describe("Print JSON on stdout and nothing else there"),
  quiet: z.boolean().default(false).describe("Print results and errors only"),
  verbose: z.boolean().default(false).describe("Log debugging lines on stderr"),
});

export interface ArgumentSpec {
  about: string;
  optional?: boolean;
  /** One or more: the last argument only. They are in `operands`. */
  many?: boolean;
  /** The words that it may be, where they are few: a shell completes them. */
  choices?: readonly string[];
}

export interface CommandInput<Arguments extends string, Options> {
  arguments: Readonly<Partial<Record<Arguments, string>>>;
  /** Every word that is no option, in order. */
  operands: readonly string[];
  options: Options;
  /** That of `io`, with what stands in where it says nothing. */
  environment: Environment;
  /** Run settings given as flags; empty unless the command takes them. */
  settings: GivenSettings;
}

export interface CommandDefinition<Arguments extends string, Options extends z.ZodObject> {
  /** Words after `ft`. */
  name: string;
  /** Another word for the last of them. */
  alias?: string;
  summary: string;
  /** In order; optional ones last. */
  arguments?: Readonly<Record<Arguments, ArgumentSpec>>;
  options: Options;
  /** The command takes every option of a run as a flag; help shows the preset's defaults. */
  settings?: { preset?: PresetName };
  /** Its group's name alone means this command. */
  isDefault?: boolean;
  /** What stands in for options, by their names, and variables that nobody gave; before schemas' defaults. */
  standing?(names: readonly string[], environment: Environment): Promise<Standing>;
  /** Options given may be saved under a name and used again: all but these. */
  saved?: { without: readonly string[] };
  /** Heading of `ft data menu` that it stands under. */
  section?: string;
  examples: readonly string[];
  /** Returns the exit code when it is not 0. */
  run(input: CommandInput<Arguments, z.infer<Options>>, io: Io): Promise<number | void>;
}

export interface Standing {
  options: Readonly<Record<string, unknown>>;
  environment: Environment;
}

/** What was typed, before the options are checked. */
export interface RawInput {
  arguments: Readonly<Record<string, string>>;
  operands: readonly string[];
  options: Readonly<Record<string, unknown>>;
  settings: GivenSettings;
}

/** A command without its types, as the program keeps it. */
export interface Command {
  name: string;
  alias: string | undefined;
  summary: string;
  arguments: Readonly<Record<string, ArgumentSpec>>;
  options: z.ZodObject;
  settings: { preset?: PresetName } | undefined;
  isDefault: boolean;
  section: string | undefined;
  /** Its options may be saved under a name. */
  isSaved: boolean;
  examples: readonly string[];
  /** Values that stand in for options now. */
  standing(environment: Environment): Promise<Standing>;
  run(input: RawInput, io: Io): Promise<number | void>;
}

/** What is wrong with an option, in words of the command line. */
function problemOf(
  schema: z.ZodObject,
  { path, message }: z.core.$ZodIssue,
  raw: Readonly<Record<string, unknown>>,
): string {
  const key = path.join(".");
  const option = optionsOf(schema).find((each) => each.key === key);
  const flag = `--${option?.flag.long ?? key}`;
  if (path.length === 1 && raw[key] === undefined)
    return `${[flag, option?.flag.value ?? []].flat().join(" ")} is needed`;
  if (option?.shape.kind !== "record") return `${flag}: ${message}`;
  return `${flag} takes ${option.flag.value ?? "KEY=VALUE"}`;
}

function checked<Options extends z.ZodObject>(
  schema: Options,
  raw: Readonly<Record<string, unknown>>,
  name: string,
): z.infer<Options> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => problemOf(schema, issue, raw));
  throw new UsageError("FT-USAGE-002", {
    message: problems.join("\n"),
    hint: `ft ${name} --help`,
  });
}

/** Makes a command of its definition; the next command is one file and one line in commands/index.ts. */
export function defineCommand<Options extends z.ZodObject, Arguments extends string = never>(
  definition: CommandDefinition<Arguments, Options>,
): Command {
  const { name, summary, settings, saved, examples, section } = definition;
  const names = Object.keys(definition.options.shape);
  const standing = async (environment: Environment): Promise<Standing> =>
    (await definition.standing?.(names, environment)) ?? { options: {}, environment };
  return {
    name,
    alias: definition.alias,
    summary,
    arguments: definition.arguments ?? {},
    options: saved === undefined ? definition.options : withSaving(definition.options),
    settings,
    isDefault: definition.isDefault ?? false,
    section,
    isSaved: saved !== undefined,
    examples,
    standing,
    run: async (raw, io) => {
      const { operands, settings: givenSettings } = raw;
      const stands = await standing(io.environment);
      const chosen =
        saved === undefined ? { given: raw.options } : await chosenOptions(name, raw, io);
      const options = checked(definition.options, { ...stands.options, ...chosen.given }, name);
      const given = raw.arguments as Readonly<Partial<Record<Arguments, string>>>;
      const { environment } = stands;
      const typed = { arguments: given, operands, options, settings: givenSettings, environment };
      const run = async (): Promise<number | void> => await definition.run(typed, io);
      return saved === undefined
        ? await run()
        : await keeping({ command: name, ...chosen, ...saved }, io, run);
    },
  };
}
