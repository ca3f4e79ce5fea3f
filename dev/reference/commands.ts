// docs/reference/commands.md: every command with its arguments, options and examples.
import { commands } from "../../src/cli/commands/index.ts";
import { type Command, CommonOptions } from "../../src/cli/define-command.ts";
import { shownFlag } from "../../src/cli/option-flags.ts";
import { argumentText } from "../../src/cli/program.ts";
import { type Option, optionsOf } from "../../src/core/options.ts";
import { code, opening, table } from "./markdown.ts";

const about =
  "`ft --help` and `--help` after a command print the same. Exit codes: [errors](errors.md).";

function usage({ name, arguments: given, settings }: Command): string {
  const words = Object.entries(given).map(([argument, spec]) => argumentText(argument, spec));
  const options = settings === undefined ? "[options]" : "[options] [options of a run]";
  return ["ft", name, ...words, options].join(" ");
}

function rows(options: readonly Option[]): string[][] {
  return options
    .filter(({ flag }) => flag.hidden !== true)
    .map((option) => shownFlag(option, option.default))
    .map(({ spelling, about }) => [code(spelling), about]);
}

function settingsText({ settings }: Command): string[] {
  if (settings === undefined) return [];
  const from = settings.preset === undefined ? "" : `, over the preset \`${settings.preset}\``;
  return [`Takes every [option of a run](options.md) as well${from}.`];
}

function section(command: Command): string {
  const given = Object.entries(command.arguments).map(([name, { about: what }]) => [
    code(name),
    what,
  ]);
  const options = [...given, ...rows(optionsOf(command.options))];
  return [
    `## ft ${command.name}`,
    `${command.summary}.`,
    `\`\`\`text\n${usage(command)}\n\`\`\``,
    ...(options.length === 0 ? [] : [table(["argument or option", "what it does"], options)]),
    ...settingsText(command),
    `\`\`\`sh\n${command.examples.join("\n")}\n\`\`\``,
  ].join("\n\n");
}

export function commandsPage(): string {
  const common = table(["option", "what it does"], rows(optionsOf(CommonOptions)));
  return [
    opening("Commands", about).trimEnd(),
    ...commands.map(section),
    `## Options of every command\n\n${common}\n`,
  ].join("\n\n");
}
