// The words of a command line: as a person types them, and as a shell takes them again.
import { shellWord } from "../../core/shell.ts";

/** Words between spaces; quotes keep a word together. */
export function splitWords(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? "",
  );
}

export interface Words {
  /** Words of the command's name. */
  name: string;
  operands: readonly string[];
  /** Words of each option that was set, by its key. */
  options: ReadonlyMap<string, readonly string[]>;
}

/** All words after `ft`. */
export function wordsOf({ name, operands, options }: Words): string[] {
  const set = [...options.values()].flat();
  const isSafe = operands.every((word) => !word.startsWith("-"));
  const rest = isSafe ? [...operands, ...set] : [...set, "--", ...operands];
  return [...name.split(" "), ...rest];
}

/** The command line that does the same without the menu. */
export const commandLine = (words: Words): string =>
  ["ft", ...wordsOf(words).map(shellWord)].join(" ");
