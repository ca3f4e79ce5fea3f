// The sheet that a build writes beside the bundled program: every help text, and which module holds which command. With it
// help costs no module and a command costs its own alone. It holds nothing that was not taken from the commands
// themselves; a program run from its sources has none and loads them all.
import { readFileSync } from "node:fs";
import { errorHelp, isErrorCode } from "./error-help.ts";
import type { QuickEntry, QuickModule } from "./quick/quick.ts";

export interface Sheet {
  version: string;
  /** What `ft` alone prints. */
  short: string;
  /** Words that name a group and no command: they are answered as with `--help`. */
  groups: readonly string[];
  /** By the words before `--help`: "" is the program's own, "train" a group's, "train start" a command's. */
  help: Readonly<Record<string, string>>;
  /**
   * Modules of commands, from the folder of the sheet, by the words that ask for them. One that may load extensions is
   * the unbundled one: extensions import modules of the library, and must find the registries that the command reads.
   */
  modules: Readonly<Record<string, string>>;
  /** Commands that are answered without the program that reads command lines, by their words. */
  quick: Readonly<Record<string, QuickEntry>>;
  /** Longer answers, each in a file of that folder, by the words that ask for it: "completion bash". */
  answers: Readonly<Record<string, string>>;
}

/** Where a build puts the bundled program. */
const programFolder = new URL("../program/", import.meta.url);

/** The page of all errors, as a build lays it beside the sheet. */
export const ERRORS_PAGE = "errors.md";

const inFolder = (name: string): string => readFileSync(new URL(name, programFolder), "utf8");

export function readSheet(): Sheet | undefined {
  try {
    return JSON.parse(inFolder("sheet.json")) as Sheet;
  } catch {
    return undefined;
  }
}

const isHelp = (word: string | undefined): boolean => word === "--help" || word === "-h";

/** What the command line is answered with where it asks for what is written already, and nothing else: help above all. */
export function answerOf(
  sheet: Sheet,
  args: readonly string[],
  read = inFolder,
): string | undefined {
  const [first, second] = args;
  if (first === undefined) return sheet.short;
  if (args.length === 1 && sheet.groups.includes(first)) return sheet.help[first];
  if (args.length === 1 && (first === "--version" || first === "-V")) return `${sheet.version}\n`;
  if (first === "help" && isErrorCode(second)) return errorHelp(second, read(ERRORS_PAGE));
  if (first === "help") return sheet.help[args.slice(1).join(" ")];
  const file = sheet.answers[args.join(" ")];
  if (file !== undefined) return read(file);
  return isHelp(args.at(-1)) ? sheet.help[args.slice(0, -1).join(" ")] : undefined;
}

/** The address of the module whose command the first words name; undefined where they name none by themselves. */
export function moduleOf(sheet: Sheet, args: readonly string[]): string | undefined {
  const [first = "", second = ""] = args;
  const file = sheet.modules[`${first} ${second}`] ?? sheet.modules[first];
  return file === undefined ? undefined : new URL(file, programFolder).href;
}

/** Loads a module that the sheet names. */
export const loadQuick = async (file: string): Promise<QuickModule> =>
  (await import(new URL(file, programFolder).href)) as QuickModule;

export const isBundled = (module: string): boolean => module.startsWith(programFolder.href);
