// Settings as the command that sets them: what a person would type for the run that a form describes.
import { type Option, optionsOf } from "../../core/options.ts";
import { shellWord } from "../../core/shell.ts";
import { valueAt } from "./layers.ts";
import { RunConfigSchema } from "./schema.ts";

/** Settings that stand on the line without a flag, in this order. */
const positional = ["model.name", "data.train_file"];

const word = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

function textOf(value: unknown): string {
  if (value === null) return "null";
  const isWords = Array.isArray(value) && value.every((item) => typeof item !== "object");
  return isWords && value.length > 0 ? value.map(word).join(",") : word(value);
}

function flagFor({ flag, shape }: Option, value: unknown): string {
  if (shape.kind === "boolean") return value === true ? `--${flag.long}` : `--no-${flag.long}`;
  return `--${flag.long} ${shellWord(textOf(value))}`;
}

export interface CommandParts {
  /** Nested, resolved. */
  config: Readonly<Record<string, unknown>>;
  /** Keys that the line has to say, because nothing else does. */
  said: ReadonlySet<string>;
  profile?: string | undefined;
}

/** One argument or flag an item, so that a reader may break the line between them. */
export function commandLine({ config, said, profile }: CommandParts): string[] {
  const named = positional.flatMap((key) => {
    const name = valueAt(config, key.split("."));
    return typeof name === "string" ? [name] : [];
  });
  const flags = optionsOf(RunConfigSchema)
    .filter(({ key }) => said.has(key) && !positional.includes(key))
    .map((option) => flagFor(option, valueAt(config, option.path)));
  return [
    "ft train start",
    ...named.filter((name) => name !== "").map(shellWord),
    ...(profile === undefined ? [] : [`--profile ${shellWord(profile)}`]),
    ...flags,
  ];
}
