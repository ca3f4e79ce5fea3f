// What the menu asks of a command: its arguments, the options that it cannot do without, and any other that is chosen.
// All of it is read from the command's definition and the schema of its options. Gives words of a command line.
import { z } from "zod";
import { optionValue } from "../../core/option-values.ts";
import { type Option, optionsOf } from "../../core/options.ts";
import type { ArgumentSpec, Command } from "../define-command.ts";
import { shownFlag } from "../option-flags.ts";
import type { Asker, Item } from "./asking.ts";
import { splitWords } from "./words.ts";

/** The field of an option in the schema; options of commands are not nested. */
const fieldOf = (command: Command, { key }: Option): z.core.$ZodType =>
  (command.options.shape as Readonly<Record<string, z.core.$ZodType>>)[key] as z.core.$ZodType;

/** Whether the schema refuses that nothing is given. */
const isRequired = (command: Command, option: Option): boolean =>
  !z.safeParse(fieldOf(command, option), undefined).success;

/** Options that must be given, but those that stand in by themselves. */
export const neededOptions = (command: Command, stands: readonly string[]): Option[] =>
  optionsOf(command.options).filter(
    (option) => isRequired(command, option) && !stands.includes(option.key),
  );

export async function askArgument(
  asker: Asker,
  name: string,
  { about, optional = false, many = false }: ArgumentSpec,
): Promise<string[]> {
  const message = optional ? `${name}: ${about} (may stay empty)` : `${name}: ${about}`;
  const line = await asker.line(message, {
    placeholder: many ? "several with spaces between, quotes around what holds spaces" : undefined,
    problemOf: (typed) => (optional || typed.trim() !== "" ? undefined : "The command needs this"),
  });
  if (line.trim() === "") return [];
  return many ? splitWords(line) : [line.trim()];
}

function problemOf(command: Command, option: Option, line: string): string | undefined {
  if (line === "") return "Nothing is typed";
  const parsed = z.safeParse(fieldOf(command, option), optionValue(option, [line]));
  return parsed.success ? undefined : parsed.error.issues.map(({ message }) => message).join("; ");
}

/** The words that set an option. */
export async function askOption(asker: Asker, command: Command, option: Option): Promise<string[]> {
  const { flag, choices, shape, default: fallback } = option;
  const { about } = shownFlag(option, fallback);
  if (shape.kind === "boolean") return [fallback === true ? `--no-${flag.long}` : `--${flag.long}`];
  const value =
    choices.length > 0 && shape.kind === "string"
      ? await asker.find(
          `--${flag.long}: ${about}`,
          choices.map((each) => ({ value: each, label: each })),
        )
      : await asker.line(`--${flag.long}: ${about}`, {
          placeholder: flag.value,
          problemOf: (line) => problemOf(command, option, line),
        });
  return value.startsWith("-") ? [`--${flag.long}=${value}`] : [`--${flag.long}`, value];
}

/** The options of a command to choose from. */
export const optionItems = (
  command: Command,
  values: Readonly<Record<string, unknown>>,
): Item<Option>[] =>
  optionsOf(command.options)
    .filter(({ flag }) => flag.hidden !== true)
    .map((option) => {
      const { spelling, about } = shownFlag(option, values[option.key] ?? option.default);
      return { value: option, label: spelling, hint: about };
    });
