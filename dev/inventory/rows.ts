// The rows of dev/inventory.yaml: what ft is to do, and what shows each. Reads the file and checks its form.
// Whether what a row names exists is dev/checks/inventory.ts's question; running it is run-tests.ts's and
// run-commands.ts's.
import { parseDocument } from "yaml";
import { z } from "zod";

export const inventoryFile = "dev/inventory.yaml";

/** Rows are numbered from 1 to this, each once. */
export const lastNumber = 265;

/** Groups of the file, in its order, with the name that a table gives them. */
export const systems = {
  "fine-tuning": "Fine-tuning on one machine",
  pipeline: "Training, evaluating, releasing",
  remote: "LoRA on a remote service",
  documents: "Datasets from documents",
  studio: "Datasets from domains, studio",
} as const;

export type System = keyof typeof systems;

export interface TestReference {
  file: string;
  /** Part of the names of the tests that are meant; every test of the file without one. */
  pattern: string | undefined;
}

/** What shows a row, or why nothing does. */
export type Evidence =
  | { kind: "test"; tests: readonly TestReference[] }
  | { kind: "command"; command: string }
  | { kind: "missing" | "refused"; reason: string };

export interface Row {
  number: number;
  system: System;
  what: string;
  /** Runs only when everything is asked for. */
  slow: boolean;
  evidence: Evidence;
}

export interface Inventory {
  rows: readonly Row[];
  /** What is wrong with the file's form, one line each. */
  problems: readonly string[];
}

const sentence = z.string().trim().min(1);

const RowSchema = z
  .strictObject({
    number: z.int().min(1).max(lastNumber),
    what: sentence,
    test: z.union([sentence, z.array(sentence).min(1)]).optional(),
    command: sentence.optional(),
    missing: sentence.optional(),
    refused: sentence.optional(),
    slow: z.boolean().optional(),
  })
  .refine(
    ({ test, command, missing, refused }) =>
      [test, command, missing, refused].filter((given) => given !== undefined).length === 1,
    { error: "one of test, command, missing and refused is needed, and only one" },
  )
  .refine(({ slow, test, command }) => slow === undefined || (test ?? command) !== undefined, {
    error: "only what runs can be slow",
  });

const names = Object.keys(systems) as [System, ...System[]];
const InventorySchema = z.record(z.enum(names), z.array(z.unknown()));

/** "tests/unit/a.test.ts some words": the file, then part of the names of its tests. */
function referenceOf(text: string): TestReference {
  const [file = "", ...words] = text.split(" ");
  return { file, pattern: words.length === 0 ? undefined : words.join(" ") };
}

function evidenceOf({ test, command, missing, refused }: z.infer<typeof RowSchema>): Evidence {
  if (test !== undefined) return { kind: "test", tests: [test].flat().map(referenceOf) };
  if (command !== undefined) return { kind: "command", command };
  if (missing !== undefined) return { kind: "missing", reason: missing };
  return { kind: "refused", reason: refused ?? "" };
}

function nameOf(value: unknown, system: System, index: number): string {
  const { number } = Object(value) as { number?: unknown };
  return typeof number === "number" ? `row ${number}` : `entry ${index + 1} of ${system}`;
}

function readRow(value: unknown, system: System, index: number): Row | string[] {
  const parsed = RowSchema.safeParse(value);
  if (!parsed.success) {
    const where = nameOf(value, system, index);
    return parsed.error.issues.map(({ path, message }) => [where, ...path, message].join(": "));
  }
  const { number, what, slow = false } = parsed.data;
  return { number, system, what, slow, evidence: evidenceOf(parsed.data) };
}

/** 1, 2, 3, 7 as "1–3, 7". */
function ranges(numbers: readonly number[]): string {
  const starts = numbers.filter((number, at) => numbers[at - 1] !== number - 1);
  const ends = numbers.filter((number, at) => numbers[at + 1] !== number + 1);
  return starts.map((from, at) => (from === ends[at] ? from : `${from}–${ends[at]}`)).join(", ");
}

function misnumbered(rows: readonly Row[]): string[] {
  const numbers = rows.map(({ number }) => number);
  const all = Array.from({ length: lastNumber }, (_, index) => index + 1);
  const absent = all.filter((number) => !numbers.includes(number));
  const disordered = numbers.filter((number, at) => number <= (numbers[at - 1] ?? 0));
  return [
    ...(absent.length === 0 ? [] : [`there is no row ${ranges(absent)}`]),
    ...disordered.map((number) => `row ${number}: stands a second time, or out of order`),
  ];
}

function parse(text: string): Inventory {
  const parsed = InventorySchema.safeParse(parseDocument(text).toJS());
  if (!parsed.success) {
    const found = parsed.error.issues.map(({ path, message }) => [...path, message].join(": "));
    return { rows: [], problems: found };
  }
  const read = names.flatMap((system) =>
    parsed.data[system].map((value, index) => readRow(value, system, index)),
  );
  const rows = read.filter((row): row is Row => !Array.isArray(row));
  const malformed = read.filter(Array.isArray).flat() as string[];
  // A row that cannot be read would also be said to be absent.
  return { rows, problems: malformed.length > 0 ? malformed : misnumbered(rows) };
}

/** The rows of the file's text, and what is wrong with it. */
export function readInventory(text: string): Inventory {
  const { errors } = parseDocument(text);
  if (errors.length === 0) return parse(text);
  return { rows: [], problems: errors.map(({ message }) => message.split("\n")[0] ?? "") };
}

export const shows = ({ evidence }: Row): boolean =>
  evidence.kind === "test" || evidence.kind === "command";
