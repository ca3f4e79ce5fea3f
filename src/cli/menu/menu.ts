// A menu over commands: headings, the commands under them, questions, the command line that comes of the answers, and that
// line run as if it had been typed. Names no command: what there is to ask, each says itself.
import { ExitCode } from "../../core/errors.ts";
import type { Command } from "../define-command.ts";
import type { Io } from "../io.ts";
import { parseCommandLine } from "../program.ts";
import { errorText, failureOf } from "../report-error.ts";
import { type Asker, type Item, MenuLeft } from "./asking.ts";
import { askArgument, askOption, neededOptions, optionItems } from "./questions.ts";
import { commandLine, type Words, wordsOf } from "./words.ts";

interface Menu {
  io: Io;
  asker: Asker;
  commands: readonly Command[];
}

const BACK = { value: undefined, label: "Back" } as const;

/** Options saved under a name, where there are any and one is chosen. */
async function askSaved(
  { asker, io }: Menu,
  command: Command,
): Promise<[string, object] | undefined> {
  if (!command.isSaved) return undefined;
  const { listSaved } = await import("../../app/store/configurations.ts");
  const saved = (await listSaved(io.environment)).filter((each) => each.command === command.name);
  if (saved.length === 0) return undefined;
  const items: Item<[string, object] | undefined>[] = [
    { value: undefined, label: "with no saved options" },
    ...saved.map(({ name, options }) => ({
      value: [name, options] as [string, object],
      label: name,
      hint: JSON.stringify(options),
    })),
  ];
  return await asker.choose("Begin", items);
}

/** Runs a command line as it would be run without the menu; what goes wrong is told, and the menu goes on. */
async function runWords({ io, asker, commands }: Menu, words: Words): Promise<void> {
  try {
    const request = parseCommandLine(wordsOf(words), { version: "", commands });
    if (request.kind === "done") return io.print(request.text);
    const code = (await request.command.run(request.input, io)) ?? ExitCode.ok;
    if (code !== ExitCode.ok) asker.tell(`It ended with exit code ${code}.`);
  } catch (thrown) {
    if (io.wasInterrupted) throw new MenuLeft("interrupted");
    io.talk(errorText(failureOf(thrown), io.mode.verbose));
  }
  if (io.wasInterrupted) throw new MenuLeft("interrupted");
}

type Next = "run" | "option" | undefined;

const nextItems: readonly Item<Next>[] = [
  { value: "run", label: "Run it" },
  { value: "option", label: "Set another option" },
  BACK,
];

async function askCommand(menu: Menu, command: Command): Promise<void> {
  const { asker, io } = menu;
  const options = new Map<string, readonly string[]>();
  const { options: stands } = await command.standing(io.environment);
  const saved = await askSaved(menu, command);
  if (saved !== undefined) options.set("configuration", ["--configuration", saved[0]]);
  const values: Record<string, unknown> = { ...stands, ...saved?.[1] };
  const operands: string[] = [];
  for (const [name, spec] of Object.entries(command.arguments))
    operands.push(...(await askArgument(asker, name, spec)));
  for (const option of neededOptions(command, Object.keys(values)))
    options.set(option.key, await askOption(asker, command, option));
  for (;;) {
    const words = { name: command.name, operands, options };
    const next = await asker.choose(`$ ${commandLine(words)}`, nextItems);
    if (next === undefined) return;
    if (next === "run") return await runWords(menu, words);
    const option = await asker.find("Which option?", optionItems(command, values));
    options.set(option.key, await askOption(asker, command, option));
  }
}

async function askSection(menu: Menu, section: string): Promise<void> {
  const inside = menu.commands.filter((command) => command.section === section);
  const items: Item<Command | undefined>[] = inside.map((command) => ({
    value: command,
    label: command.name,
    hint: command.summary,
  }));
  const command = await menu.asker.choose(section, [...items, BACK]);
  if (command !== undefined) await askCommand(menu, command);
}

/** Asks until somebody leaves. Gives the exit code: 130 where Ctrl-C was the answer. */
export async function runMenu(menu: Menu): Promise<number> {
  const sections = new Set(menu.commands.flatMap(({ section }) => section ?? []));
  const items: Item<string | undefined>[] = [...sections].map((title) => ({
    value: title,
    label: title,
  }));
  try {
    for (;;) {
      const section = await menu.asker.choose("What is to be done?", [
        ...items,
        { value: undefined, label: "Leave" },
      ]);
      if (section === undefined) return ExitCode.ok;
      await askSection(menu, section);
    }
  } catch (thrown) {
    if (thrown instanceof MenuLeft) return ExitCode.interrupted;
    throw thrown;
  }
}
