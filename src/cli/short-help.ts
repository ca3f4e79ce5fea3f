// What `ft` alone prints: what it is, the commands to begin with, and where the rest is. What it says of a command comes
// from the command's definition. Not the list of all commands: that is `ft --help`.
import type { Command } from "./define-command.ts";

/** Each is shown by its first example and its summary. */
const FIRST: readonly string[] = ["doctor", "train quick", "studio"];

const REST: readonly Line[] = [
  ["ft --help", "List all commands"],
  ["ft train start --help", "Show the options and examples of a command"],
  ["ft help FT-DATA-003", "Show what an error's code means and how to fix it"],
];

type Line = readonly [command: string, about: string];

function firstLines(commands: readonly Command[]): Line[] {
  const found = FIRST.flatMap((name) => commands.find((command) => command.name === name) ?? []);
  return found.map(({ name, summary, examples }) => [examples[0] ?? `ft ${name}`, summary]);
}

/** The text, whole lines. */
export function shortHelp(about: string, commands: readonly Command[]): string {
  const first = firstLines(commands);
  const width = Math.max(...[...first, ...REST].map(([command]) => command.length));
  const shown = (lines: readonly Line[]): string[] =>
    lines.map(([command, text]) => `  ${command.padEnd(width)}  ${text}`);
  return `${[
    ...[about, "", "Usage: ft <command> [options]", ""],
    ...["Begin with:", ...shown(first), ""],
    ...["More:", ...shown(REST)],
  ].join("\n")}\n`;
}
