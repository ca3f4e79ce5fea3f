// docs/reference/options.md: every option of a run, its default, flag and variable, and what presets and profiles set.
import { z } from "zod";
import { variableOf } from "../../src/app/config/environment.ts";
import { valueAt } from "../../src/app/config/layers.ts";
import { presets } from "../../src/app/config/presets.ts";
import { profiles } from "../../src/app/config/profiles.ts";
import { RunConfigSchema } from "../../src/app/config/schema.ts";
import { type Option, optionsOf } from "../../src/core/options.ts";
import { flagText } from "./flag-text.ts";
import { code, opening, table } from "./markdown.ts";

const about = `Every option of a run: its key in YAML or JSON (\`lora.r\` is \`r\` in the group \`lora\`), its flag on the command line, and
its environment variable. Which of these wins: [architecture](../architecture.md).`;

const valueText = (value: unknown): string =>
  value === undefined ? "" : code(JSON.stringify(value).replace(/^"(.*)"$/, "$1"));

function meaning({ description, choices }: Option): string {
  const words = choices.length === 0 ? "" : `; one of ${choices.map(code).join(", ")}`;
  return description + words;
}

function row(option: Option): string[] {
  const flag = option.flag.hidden === true ? "" : code(flagText(option));
  const variable = code(variableOf(option.path));
  return [code(option.key), valueText(option.default), flag, variable, meaning(option)];
}

const headings = ["key", "default", "flag", "variable", "what it does"];

function section(group: string, options: readonly Option[]): string {
  const schema = RunConfigSchema.shape[group as keyof typeof RunConfigSchema.shape];
  const description = z.globalRegistry.get(schema)?.description ?? "";
  return `## ${group}\n\n${description}.\n\n${table(headings, options.map(row))}\n`;
}

/** One column for each preset and profile, one row for each option that any of them sets. */
function startingValues(options: readonly Option[]): string {
  const sources: [string, Record<string, unknown>][] = [
    ...Object.entries(presets),
    ...profiles
      .names()
      .map((name): [string, Record<string, unknown>] => [name, { ...profiles.get(name) }]),
  ];
  const rows = options
    .map(({ key, path }) => [key, sources.map(([, values]) => valueAt(values, path))] as const)
    .filter(([, values]) => values.some((value) => value !== undefined))
    .map(([key, values]) => [code(key), ...values.map(valueText)]);
  return table(["key", ...sources.map(([name]) => code(name))], rows);
}

export function optionsPage(): string {
  const options = optionsOf(RunConfigSchema);
  const groups = [...new Set(options.map(({ path }) => (path.length > 1 ? (path[0] ?? "") : "")))];
  const single = options.filter(({ path }) => path.length === 1);
  const names = Object.keys(presets).map((name) => `\`ft train ${name}\``);
  return [
    opening("Options of a run", about),
    `## The run itself\n\n${table(headings, single.map(row))}\n`,
    ...groups
      .filter((group) => group !== "")
      .map((group) =>
        section(
          group,
          options.filter(({ path }) => path[0] === group),
        ),
      ),
    `## Presets and profiles\n\nWhat ${names.join(" and ")} start from, and what \`--profile\` sets over that.\n`,
    `${startingValues(options)}\n`,
  ].join("\n");
}
