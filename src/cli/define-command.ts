// What a command is: data and one function. From the data come parsing, help and examples.
// No command reads process.argv, prints by itself or knows commander.
import { z } from "zod";
import type { PresetName } from "../app/config/presets.ts";
import { UsageError } from "../core/errors.ts";
import { optionsOf } from "../core/options.ts";
import type { Io } from "./io.ts";
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
}

export interface CommandInput<Arguments extends string, Options> {
  arguments: Readonly<Partial<Record<Arguments, string>>>;
  /** Every word that is no option, in order. */
  operands: readonly string[];
  options: Options;
  /** Run settings given as flags; empty unless the command takes them. */
  settings: GivenSettings;
}

export interface CommandDefinition<Arguments extends string, Options extends z.ZodObject> {
  /** Words after `ft`. */
  name: string;
  summary: string;
  /** In order; optional ones last. */
  arguments?: Readonly<Record<Arguments, ArgumentSpec>>;
  options: Options;
  /** The command takes every option of a run as a flag; help shows the preset's defaults. */
  settings?: { preset?: PresetName };
  /** Its group's name alone means this command. */
  isDefault?: boolean;
  /** Values that stand in for options which the command line does not give, by their names; before schemas' defaults. */
  standingOptions?(names: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  examples: readonly string[];
  /** Returns the exit code when it is not 0. */
  run(input: CommandInput<Arguments, z.infer<Options>>, io: Io): Promise<number | void>;
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
  summary: string;
  arguments: Readonly<Record<string, ArgumentSpec>>;
  options: z.ZodObject;
  settings: { preset?: PresetName } | undefined;
  isDefault: boolean;
  examples: readonly string[];
  run(input: RawInput, io: Io): Promise<number | void>;
}

/** What is wrong with an option, in words of the command line. */
function problemOf(schema: z.ZodObject, { path, message }: z.core.$ZodIssue): string {
  const key = path.join(".");
  const option = optionsOf(schema).find((each) => each.key === key);
  const flag = `--${option?.flag.long ?? key}`;
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
  const problems = parsed.error.issues.map((issue) => problemOf(schema, issue));
  throw new UsageError("FT-USAGE-002", {
    message: problems.join("\n"),
    hint: `ft ${name} --help`,
  });
}

/** Makes a command of its definition; the next command is one file and one line in commands/index.ts. */
export function defineCommand<Options extends z.ZodObject, Arguments extends string = never>(
  definition: CommandDefinition<Arguments, Options>,
): Command {
  return {
    name: definition.name,
    summary: definition.summary,
    arguments: definition.arguments ?? {},
    options: definition.options,
    settings: definition.settings,
    isDefault: definition.isDefault ?? false,
    examples: definition.examples,
    run: async (raw, io) => {
      const { operands, settings } = raw;
      const standing = await definition.standingOptions?.(Object.keys(definition.options.shape));
      const typed = { ...standing, ...raw.options };
      const options = checked(definition.options, typed, definition.name);
      const given = raw.arguments as Readonly<Partial<Record<Arguments, string>>>;
      return await definition.run({ arguments: given, operands, options, settings }, io);
    },
  };
}
