// Makes the sheet of a build from the commands: the help that each gives, and the modules that hold them.
import { productVersion } from "../../src/app/info.ts";
import { commands } from "../../src/cli/commands/index.ts";
import { completionScript, shells } from "../../src/cli/completion/index.ts";
import type { Command } from "../../src/cli/define-command.ts";
import { GROUPS, parseCommandLine } from "../../src/cli/program.ts";
import type { Sheet } from "../../src/cli/sheet.ts";

/** What the program prints for `args`, which ask for help. */
function helpText(args: readonly string[]): string {
  const request = parseCommandLine(args, { version: "", commands });
  if (request.kind === "run") throw new Error(`${args.join(" ")} runs a command`);
  return request.text;
}

const together = (first: readonly string[], second: readonly string[]): string[] =>
  first.flatMap((one) => second.map((other) => `${one} ${other}`));

/** All ways to name a command: its group's alias, its own, and the group alone where it is the default. */
function waysToName({ name, alias, isDefault }: Command): string[] {
  const [first = "", second] = name.split(" ");
  const own = alias === undefined ? [] : [alias];
  if (second === undefined) return [first, ...own];
  const groups = [first, GROUPS[first]?.alias ?? []].flat();
  return [...together(groups, [second, ...own]), ...(isDefault ? groups : [])];
}

const groups = Object.entries(GROUPS).flatMap(([name, { alias }]) => [name, alias ?? []].flat());

const fileOf = ({ name }: Command): string => name.replaceAll(" ", "-");

/** A command that is made from others has no module of its own: the program loads all of them for it. */
async function isAlone(command: Command): Promise<boolean> {
  const file = `../../src/cli/commands/${fileOf(command)}.ts`;
  const loaded = (await import(new URL(file, import.meta.url).href)) as object;
  return Object.values(loaded).includes(command);
}

/** Longer answers, by the words that ask for them. */
export function makeAnswers(): Record<string, string> {
  return Object.fromEntries(
    shells.names().map((shell) => [`completion ${shell}`, completionScript(shell, commands)]),
  );
}

/** Where the answer to these words lies. */
export const answerFile = (words: string): string => `${words.replaceAll(" ", "-")}.txt`;

/** `placeOf` gives the module that holds a command, by the name of its source. */
export async function makeSheet(placeOf: (file: string) => string): Promise<Sheet> {
  const help: Record<string, string> = { "": helpText(["--help"]) };
  const modules: Record<string, string> = {};
  for (const group of groups) help[group] = helpText([group, "--help"]);
  for (const command of commands) {
    const ways = waysToName(command);
    const own = ways.filter((way) => !groups.includes(way));
    for (const way of own) help[way] = helpText([...way.split(" "), "--help"]);
    if (await isAlone(command)) for (const way of ways) modules[way] = placeOf(fileOf(command));
  }
  const answers = Object.keys(makeAnswers()).map((words) => [words, answerFile(words)] as const);
  return { version: productVersion(), help, modules, answers: Object.fromEntries(answers) };
}
