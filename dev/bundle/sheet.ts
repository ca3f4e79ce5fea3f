// Makes the sheet of a build from the commands: the help that each gives, and the modules that hold them.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { productVersion } from "../../src/app/info.ts";
import { commands } from "../../src/cli/commands/index.ts";
import { completionScript, shells } from "../../src/cli/completion/index.ts";
import { type Command, CommonOptions } from "../../src/cli/define-command.ts";
import { GROUPS, parseCommandLine } from "../../src/cli/program.ts";
import type { QuickEntry } from "../../src/cli/quick/quick.ts";
import type { Sheet } from "../../src/cli/sheet.ts";
import { optionsOf } from "../../src/core/options.ts";

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

const quickFolder = fileURLToPath(new URL("../../src/cli/quick/", import.meta.url));

/** Sources of quick commands, each named as the command's own. */
export const quickCommands = (): string[] =>
  readdirSync(quickFolder).flatMap((file) =>
    file === "quick.ts" ? [] : [file.replace(/\.ts$/, "")],
  );

/** Where the bundle of a quick command lies. */
export const quickBundle = (name: string): string => `quick-${name}`;

/** The flags are those of every command, as its own definition has them. */
function quickEntries(files: readonly string[]): Record<string, QuickEntry> {
  const may = ["json", "quiet"] as const;
  const common = optionsOf(CommonOptions);
  const flags = may.flatMap((key) =>
    common
      .filter((option) => option.key === key)
      .map(({ flag }) => [`--${flag.long}`, key] as const),
  );
  const entries = files.flatMap((file) => {
    const command = commands.find((one) => fileOf(one) === file);
    if (command === undefined) throw new Error(`src/cli/quick/${file}.ts is no command's`);
    const entry = { module: `${quickBundle(file)}.js`, flags: Object.fromEntries(flags) };
    return waysToName(command).map((way) => [way, entry] as const);
  });
  return Object.fromEntries(entries);
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
  const quick = quickEntries(quickCommands());
  const answers = Object.keys(makeAnswers()).map((words) => [words, answerFile(words)] as const);
  return {
    version: productVersion(),
    short: helpText([]),
    groups: groups.filter((group) => !commands.some((one) => waysToName(one).includes(group))),
    ...{ help, modules, quick, answers: Object.fromEntries(answers) },
  };
}
