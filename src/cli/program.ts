// The commander program made of the commands: parsing, help, and errors of usage as our own.
// States no defaults: help reads them from the schemas.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command as Commander, CommanderError } from "commander";
import { valueAt } from "../app/config/layers.ts";
import { type PresetName, presets } from "../app/config/presets.ts";
import { otherFlag } from "../app/courses/other-flags.ts";
import { UsageError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { type Option, optionsOf } from "../core/options.ts";
import { packageRoot } from "../core/paths.ts";
import { type ArgumentSpec, type Command, CommonOptions, type RawInput } from "./define-command.ts";
import { errorHelp, isErrorCode } from "./error-help.ts";
import { addFlag, givenOptions, type Parsed, typedOptions } from "./option-flags.ts";
import { settingOptions, settingsFrom } from "./settings.ts";
import { shortHelp } from "./short-help.ts";

/** What the command line asks for. */
export type Request =
  | { kind: "run"; command: Command; input: RawInput; common: CommonInput }
  | { kind: "done"; text: string };

export interface CommonInput {
  json: boolean;
  quiet: boolean;
  verbose: boolean;
}

/** Groups of commands, with what they are about. */
export const GROUPS: Readonly<Record<string, { about: string; alias?: string }>> = {
  train: { about: "Fine-tune models" },
  bench: { about: "Measure this machine" },
  models: { about: "List, download, convert and delete models" },
  adapters: { about: "Inspect, convert and combine adapters" },
  data: { about: "Create, check, clean, split and store datasets", alias: "dataset" },
  jobs: { about: "Show the job queue and work through it" },
  store: { about: "Back up, check and compact the file that stores datasets and jobs" },
  config: { about: "Show configuration, profiles and schemas" },
  templates: { about: "List prompt templates" },
  runs: { about: "Look at earlier runs, compare them, and delete what is not needed" },
  remote: { about: "Train at Tinker or on another machine, and fetch the result" },
};

function presetDefault(option: Option, preset: PresetName | undefined): unknown {
  const own = preset === undefined ? undefined : valueAt(presets[preset], option.path);
  return own ?? option.default;
}

function examplesText(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  ${example}`).join("\n")}`;
}

/** How many commands have an example in help that lists several. */
const SHOWN_EXAMPLES = 3;

function firstExamples(commands: readonly Command[]): string[] {
  return commands.slice(0, SHOWN_EXAMPLES).flatMap(({ examples }) => examples.slice(0, 1));
}

/** `<run>`, `[dataset]`, `<run...>` */
export function argumentText(name: string, { optional, many }: ArgumentSpec): string {
  const word = many === true ? `${name}...` : name;
  return optional === true ? `[${word}]` : `<${word}>`;
}

function addArguments(commander: Commander, command: Command): void {
  for (const [name, spec] of Object.entries(command.arguments)) {
    commander.argument(argumentText(name, spec), spec.about);
  }
}

type Found = (command: Command, input: RawInput, common: CommonInput) => void;

function addCommand(parent: Commander, word: string, command: Command, onFound: Found): void {
  const { isDefault } = command;
  const commander = parent.command(word, { isDefault }).description(command.summary);
  if (command.alias !== undefined) commander.alias(command.alias);
  addArguments(commander, command);
  const own = optionsOf(command.options);
  for (const option of own) addFlag(commander, option, option.default);
  const settings = command.settings === undefined ? [] : settingOptions();
  for (const option of settings) {
    addFlag(commander, option, presetDefault(option, command.settings?.preset));
  }
  for (const option of optionsOf(CommonOptions)) addFlag(commander, option, option.default);
  commander.addHelpText("after", examplesText(command.examples));
  commander.action(() => {
    const given = commander.opts<Parsed>();
    const names = Object.keys(command.arguments);
    const values = names.flatMap((name, index): [string, string][] => {
      const value = commander.args[index];
      return value === undefined ? [] : [[name, value]];
    });
    onFound(
      command,
      {
        arguments: Object.fromEntries(values),
        operands: commander.args,
        options: typedOptions(own, given),
        settings: settingsFrom(givenOptions(settings, given)),
      },
      CommonOptions.parse(typedOptions(optionsOf(CommonOptions), given)),
    );
  });
}

function groupOf(program: Commander, name: string, all: readonly Command[]): Commander {
  const existing = program.commands.find((each) => each.name() === name);
  if (existing !== undefined) return existing;
  const inside = all.filter((command) => command.name.startsWith(`${name} `));
  const { about = "", alias } = GROUPS[name] ?? {};
  const group = program.command(name).description(about);
  if (alias !== undefined) group.alias(alias);
  return group.addHelpText("after", examplesText(firstExamples(inside)));
}

/** The words of the command line that name a command or a group. */
function understood(program: Commander, args: readonly string[]): string[] {
  const words: string[] = [];
  let at: Commander | undefined = program;
  for (const arg of args) {
    at = at?.commands.find((each) => [each.name(), ...each.aliases()].includes(arg));
    if (at === undefined) break;
    words.push(arg);
  }
  return words;
}

function usageError(
  program: Commander,
  error: CommanderError,
  args: readonly string[],
): UsageError {
  const message = error.message.replace(/^error: /, "");
  const [, flag = ""] = /^unknown option '([^'=]+)/.exec(message) ?? [];
  return new UsageError("FT-USAGE-001", {
    message,
    hint: otherFlag(flag) ?? `ft ${[...understood(program, args), "--help"].join(" ")}`,
    cause: error,
  });
}

/** Commander throws these after it has printed what was asked for. */
const PRINTED = new Set(["commander.helpDisplayed", "commander.version", "commander.help"]);

/** What it throws where only a group is named, which it takes for an error. */
const isGroupAlone = ({ code, exitCode }: CommanderError): boolean =>
  code === "commander.help" && exitCode !== 0;

const ABOUT = "Fine-tune language models on the machine you have";

/** Columns. */
const HELP_WIDTH = 80;

export interface ProgramOptions {
  version: string;
  commands: readonly Command[];
}

/** What a code of an error means. A build has answered before, where it knows the code. */
function toldError(code: string): Request {
  const page = join(packageRoot(), "docs/reference/errors.md");
  const text = existsSync(page) ? errorHelp(code, readFileSync(page, "utf8")) : undefined;
  if (text !== undefined) return { kind: "done", text };
  throw new UsageError("FT-USAGE-018", {
    message: `There is no error with the code ${code}`,
    hint: "an error prints its own code, as FT-DATA-003: ft help FT-DATA-003",
  });
}

/** Throws UsageError FT-USAGE-019 where `ft help WORD` names neither a command nor a code. */
function requireCommand(word: string | undefined, commands: readonly Command[]): void {
  const groups = Object.entries(GROUPS).flatMap(([name, { alias }]) => [name, alias ?? name]);
  const firsts = commands.flatMap(({ name, alias }) => [name.split(" ")[0] ?? "", alias ?? ""]);
  const known = new Set([...groups, ...firsts, "help"].filter((name) => name !== ""));
  if (word === undefined || word.startsWith("-") || known.has(word)) return;
  const close = nearest(word, known);
  throw new UsageError("FT-USAGE-019", {
    message: `There is no command '${word}', and no error has that code`,
    hint: close === undefined ? "ft --help lists the commands" : `did you mean ft help ${close}?`,
  });
}

/** Reads the command line. Throws UsageError (exit 2) for what is not understood; prints nothing. */
export function parseCommandLine(args: readonly string[], options: ProgramOptions): Request {
  const [first, second] = args;
  if (first === undefined) return { kind: "done", text: shortHelp(ABOUT, options.commands) };
  if (first === "help" && isErrorCode(second)) return toldError(second);
  if (first === "help") requireCommand(second, options.commands);
  let request: Request | undefined;
  let text = "";
  const onFound: Found = (command, input, common) => {
    request = { kind: "run", command, input, common };
  };
  const write = (part: string): void => void (text += part);
  const program = new Commander("ft")
    .description(ABOUT)
    .version(options.version, "-V, --version", "Print the version")
    .helpOption("-h, --help", "Show this help")
    .helpCommand("help [command]", "Show the help of a command")
    .addHelpText("after", examplesText(firstExamples(options.commands)))
    .configureOutput({
      writeOut: write,
      writeErr: () => {},
      // The same lines wherever it is read: short ones read best, and a build has them ready.
      getOutHelpWidth: () => HELP_WIDTH,
    })
    .exitOverride();
  for (const command of options.commands) {
    const [first = "", second] = command.name.split(" ");
    if (second === undefined) addCommand(program, first, command, onFound);
    else addCommand(groupOf(program, first, options.commands), second, command, onFound);
  }
  try {
    program.parse(["node", "ft", ...args]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (isGroupAlone(error)) return parseCommandLine([...args, "--help"], options);
    if (!PRINTED.has(error.code)) throw usageError(program, error, args);
  }
  return request ?? { kind: "done", text };
}
