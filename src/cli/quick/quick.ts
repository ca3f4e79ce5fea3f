// Commands that are asked for often and need little: a build lays a module for each beside the sheet, and the program
// answers from it without loading what reads command lines, checks options or logs. Only where nothing but `--json` and
// `--quiet` is given; everything else, and every failure, is the whole program's.
import { isHomeOfToday } from "../../core/home-format.ts";
import type { Environment } from "../../core/paths.ts";
import { documentText, type Shown } from "../shown.ts";

/** What a module of this folder exports: the command's result, for no options at all. */
export interface QuickModule {
  answer(): Promise<Shown>;
}

/** From the command's own definition: its module, and what the flags that may be given stand for. */
export interface QuickEntry {
  module: string;
  flags: Readonly<Record<string, "json" | "quiet">>;
}

interface QuickRequest {
  module: string;
  json: boolean;
}

/** With logging asked for, the whole program says what it does. */
const isLogged = (environment: Environment): boolean =>
  Boolean(environment["FT_LOG"]) || Boolean(environment["LOG_LEVEL"]);

/** `known` by the words of the command. Undefined where the whole program has to read the command line. */
export function quickRequest(
  known: Readonly<Record<string, QuickEntry>>,
  args: readonly string[],
  environment: Environment,
): QuickRequest | undefined {
  if (isLogged(environment)) return undefined;
  const split = args.findIndex((arg) => arg.startsWith("-"));
  const words = split < 0 ? args : args.slice(0, split);
  const entry = known[words.join(" ")];
  if (entry === undefined) return undefined;
  const given = args.slice(words.length).map((flag) => entry.flags[flag]);
  if (given.includes(undefined)) return undefined;
  return { module: entry.module, json: given.includes("json") };
}

/** The text for stdout; undefined where it failed, which the whole program tells better. */
export async function quickText(
  request: QuickRequest,
  load: (module: string) => Promise<QuickModule>,
  environment: Environment,
): Promise<string | undefined> {
  try {
    if (!isHomeOfToday(environment)) return undefined;
    const { value, text } = await (await load(request.module)).answer();
    return request.json ? documentText(value) : `${text()}\n`;
  } catch {
    return undefined;
  }
}
