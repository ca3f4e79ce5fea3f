// What a shell can complete, read from the commands as help reads it: their names, their options, what an option takes.
// Knows no shell.
import { type Option, optionsOf } from "../../core/options.ts";
import { type Command, CommonOptions } from "../define-command.ts";
import { shownFlag } from "../option-flags.ts";
import { GROUPS } from "../program.ts";
import { settingOptions } from "../settings.ts";

/** What may follow a flag: nothing, one of some words, a path, or a text that no shell can know. */
export type Value =
  | { kind: "none" }
  | { kind: "words"; words: readonly string[] }
  | { kind: "path" }
  | { kind: "text" };

export interface CompletedFlag {
  /** All spellings, with their dashes: the long one first. */
  spellings: readonly string[];
  about: string;
  value: Value;
}

export interface CompletedCommand {
  /** After `ft`: "train start". */
  words: string;
  summary: string;
  flags: readonly CompletedFlag[];
  /** What its arguments can be: paths, or some words. */
  operands: Value;
}

export interface CompletedGroup {
  name: string;
  about: string;
}

export interface CompletionWords {
  groups: readonly CompletedGroup[];
  commands: readonly CompletedCommand[];
}

/** Words for a value that stand for a path. A model may be a folder. */
const isPath = /\b(FILE|FOLDER|PATH|DIR|OUT|MODEL|ENCODER|GLOB)/;

function valueOf({ shape, choices, flag }: Option): Value {
  if (shape.kind === "boolean") return { kind: "none" };
  const words = choices.length > 0 ? choices : (flag.offers?.() ?? []);
  if (words.length > 0) return { kind: "words", words };
  return { kind: isPath.test(flag.value ?? "") ? "path" : "text" };
}

function flagOf(option: Option): CompletedFlag {
  const { spelling, about } = shownFlag(option, option.default);
  const long = spelling.match(/--[\w-]+/)?.[0] ?? `--${option.flag.long}`;
  const short = option.flag.short === undefined ? [] : [`-${option.flag.short}`];
  return { spellings: [long, ...short], about, value: valueOf(option) };
}

const helpFlag: CompletedFlag = {
  spellings: ["--help", "-h"],
  about: "Show this help",
  value: { kind: "none" },
};

function completed(command: Command, words: string): CompletedCommand {
  const settings = command.settings === undefined ? [] : settingOptions();
  const options = [...optionsOf(command.options), ...settings, ...optionsOf(CommonOptions)];
  const shown = options.filter(({ flag }) => flag.hidden !== true);
  const takes = Object.values(command.arguments);
  const choices = takes.flatMap((spec) => spec.choices ?? []);
  const operands: Value =
    takes.length === 0
      ? { kind: "none" }
      : choices.length > 0
        ? { kind: "words", words: choices }
        : { kind: "path" };
  const { summary } = command;
  return { words, summary, flags: [...shown.map(flagOf), helpFlag], operands };
}

/** Every way to write the first words of a command; its alias and its group's count. */
function waysOf({ name, alias }: Command): string[] {
  const [first = "", second] = name.split(" ");
  if (second === undefined) return [first, alias ?? []].flat();
  const groups = [first, GROUPS[first]?.alias ?? []].flat();
  const own = [second, alias ?? []].flat();
  return groups.flatMap((group) => own.map((word) => `${group} ${word}`));
}

export function completionWords(commands: readonly Command[]): CompletionWords {
  const all = commands.flatMap((command) =>
    waysOf(command).map((words) => completed(command, words)),
  );
  const names = [
    ...new Set(
      all
        .map(({ words }) => words.split(" "))
        .flatMap(([a = "", b]) => (b === undefined ? [] : [a])),
    ),
  ];
  const aliased = Object.values(GROUPS).flatMap(({ alias, about }) =>
    alias === undefined ? [] : [[alias, about] as const],
  );
  const abouts = new Map([
    ...Object.entries(GROUPS).map(([name, { about }]) => [name, about] as const),
    ...aliased,
  ]);
  return {
    groups: names.map((name) => ({ name, about: abouts.get(name) ?? "" })),
    commands: all,
  };
}

/** The words after `ft` itself: groups and commands of one word, each with what it is. */
export function firstWords({ groups, commands }: CompletionWords): CompletedGroup[] {
  const single = commands
    .filter(({ words }) => !words.includes(" "))
    .map(({ words, summary }) => ({ name: words, about: summary }));
  return [...groups, ...single, { name: "help", about: "Show the help of a command" }];
}

/** The words after a group. */
export function secondWords({ commands }: CompletionWords, group: string): CompletedGroup[] {
  return commands
    .filter(({ words }) => words.startsWith(`${group} `))
    .map(({ words, summary }) => ({ name: words.slice(group.length + 1), about: summary }));
}

/** Flags by what they take, one entry for each set of words. */
export function flagsByValue(
  flags: readonly CompletedFlag[],
): { spellings: readonly string[]; value: Value }[] {
  const byText = new Map<string, { spellings: string[]; value: Value }>();
  for (const { spellings, value } of flags) {
    if (value.kind === "none") continue;
    const key = JSON.stringify(value);
    const known = byText.get(key) ?? { spellings: [], value };
    known.spellings.push(...spellings);
    byText.set(key, known);
  }
  return [...byText.values()];
}

/** One word of any POSIX shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
