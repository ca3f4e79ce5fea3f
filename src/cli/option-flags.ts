// An option as a flag of commander: how it is spelled, what help says of it, what was given.
// Knows no commands; the value of a flag is made in settings.ts.
import { type Command as Commander, Option as Flag } from "commander";
import type { Option } from "../core/options.ts";
import { choicesOf, isStructured, type ValueShape } from "../core/value-shapes.ts";
import { type Given, givenValue } from "./settings.ts";

/** What commander parsed, by its own names. */
export type Parsed = Readonly<Record<string, unknown>>;

function attributesOf({ flag }: Option): string[] {
  const names = [flag.long, ...(flag.aliases ?? [])];
  return names.map((name) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()));
}

/** Nothing for what is off, empty or null: that is what no flag means anyway. */
function describeDefault(value: unknown): string {
  const isWords = Array.isArray(value) && value.every((item) => typeof item !== "object");
  const text = isWords ? value.join(",") : JSON.stringify(value ?? "");
  const plain = text.replace(/^"(.*)"$/, "$1");
  return ["", "false", "[]", "{}"].includes(plain) ? "" : ` (default: ${plain})`;
}

/** How what is no single word is given. */
function describeForm(shape: ValueShape): string {
  if (shape.kind === "record") return "; may be repeated, or one JSON object";
  if (shape.kind === "object") return "; as JSON";
  if (shape.kind === "list" && isStructured(shape.item)) return "; as JSON, or repeated for each";
  return "";
}

/** What help says of an option whose default here is `fallback`. */
function describe(option: Option, fallback: unknown): string {
  const { choices, description, shape } = option;
  const words = choices.length === 0 ? "" : `; one of ${choices.join(", ")}`;
  const isUnion = shape.kind === "union";
  return description + (isUnion ? "" : words) + describeForm(shape) + describeDefault(fallback);
}

function shapeName(shape: ValueShape): string {
  switch (shape.kind) {
    case "number":
      return "N";
    case "boolean":
      return "true|false";
    case "null":
      return "null";
    case "string":
    case "any":
      return "TEXT";
    case "list":
      return isStructured(shape.item) ? "JSON" : `${shapeName(shape.item)},…`;
    case "record":
      return "KEY=VALUE";
    case "object":
      return "JSON";
    case "union": {
      const names = shape.members.flatMap(({ shape: member }) =>
        choicesOf(member).length > 0 ? choicesOf(member) : [shapeName(member)],
      );
      return [...new Set(names)].join("|");
    }
  }
}

function valueName({ flag, choices, shape }: Option): string {
  if (flag.value !== undefined) return flag.value;
  return shape.kind === "string" && choices.length > 0 ? "NAME" : shapeName(shape);
}

/** "-r, --lora-rank <N>" */
function spelled(option: Option): string {
  const short = option.flag.short === undefined ? "" : `-${option.flag.short}, `;
  const value = option.shape.kind === "boolean" ? "" : ` <${valueName(option)}>`;
  return `${short}--${option.flag.long}${value}`;
}

const collected = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

/** The form of a flag that changes something, and what it does then; `fallback` is what stands without it. */
export function shownFlag(option: Option, fallback: unknown): { spelling: string; about: string } {
  const { shape, flag, description } = option;
  if (shape.kind !== "boolean")
    return { spelling: spelled(option), about: describe(option, fallback) };
  if (fallback !== true) return { spelling: spelled(option), about: describe(option, "") };
  return { spelling: `--no-${flag.long}`, about: flag.off ?? `Not: ${description}` };
}

/** A flag; of a boolean both forms, of which help shows one. */
function flagsOf(option: Option, fallback: unknown): Flag[] {
  const { spelling, about } = shownFlag(option, fallback);
  if (option.shape.kind !== "boolean") {
    const others = (option.flag.aliases ?? []).map((name) =>
      new Flag(`--${name} <value>`).hideHelp(),
    );
    return [new Flag(spelling, about), ...others].map((flag) => flag.argParser(collected));
  }
  const shown = new Flag(spelling, about);
  // In this order: a `--no-` form that comes first makes commander set a default.
  return spelling.startsWith("--no-")
    ? [new Flag(spelled(option)).hideHelp(), shown]
    : [shown, new Flag(`--no-${option.flag.long}`).hideHelp()];
}

function groupHeading(group: string): string {
  return `${group.charAt(0).toUpperCase()}${group.slice(1)} settings:`;
}

/** Adds an option; help shows `fallback` as its default. */
export function addFlag(commander: Commander, option: Option, fallback: unknown): void {
  const group = option.path.length > 1 ? option.path[0] : undefined;
  for (const flag of flagsOf(option, fallback)) {
    commander.addOption(group === undefined ? flag : flag.helpGroup(groupHeading(group)));
  }
}

/** What the command line gave these options, by their key. */
export function givenOptions(options: readonly Option[], parsed: Parsed): Map<string, Given> {
  const values = new Map<string, Given>();
  for (const option of options) {
    const given = attributesOf(option).map((name) => parsed[name] as Given | undefined);
    const first = given.find((value) => value !== undefined);
    if (first !== undefined) values.set(option.key, first);
  }
  return values;
}

/** The values of these options, by their key, not yet checked. */
export function typedOptions(options: readonly Option[], parsed: Parsed): Record<string, unknown> {
  const given = givenOptions(options, parsed);
  const pairs = options.flatMap((option): [string, unknown][] => {
    const texts = given.get(option.key);
    return texts === undefined ? [] : [[option.key, givenValue(option, texts)]];
  });
  return Object.fromEntries(pairs);
}
