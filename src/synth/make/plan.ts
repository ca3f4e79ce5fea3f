// Which rows are to be made, each from what: one task a request, known before the first is sent, and the same whenever it
// is planned again. Asks nobody.
import { hashJson } from "../../core/canonical-json.ts";
import { Random } from "../../core/random.ts";
import type { JsonObject } from "../../providers/json.ts";
import type { ChatRequest } from "../../providers/types.ts";
import type { Span } from "../sources/types.ts";
import { fenced, materialNotice, plainSource } from "./apart.ts";
import { fillPrompt, type PromptFile } from "./prompts.ts";
import { exactRowSchema, LENGTHS, type Length, plainRowSchema, severalRows } from "./row-form.ts";
import { type Variety, varied } from "./variety.ts";

/** A piece of a document that a row can rest on. */
export interface Passage {
  source: string;
  span: Span;
  text: string;
  /** Of its language, as English names it; absent where it is not known. */
  language?: string | undefined;
}

export interface MakeSettings {
  /** Names the prompt, and stands in each row. */
  mode: string;
  /** Stands in front of each row. */
  system?: string | undefined;
  /** What to write, in the user's own words. */
  instructions?: string | undefined;
  topics: readonly string[];
  variety: Variety;
  length: Length;
  /** In which all is written; else that of the passage. */
  language?: string | undefined;
  /** Each row must come with a quote of its passage, which is looked up there. */
  evidence?: boolean | undefined;
  temperature: number;
  maxTokens: number;
  rowsPerCall: number;
  /** Requests that one task may make when answers do not count. */
  tries: number;
  seed: number;
}

/** What one unit of the queue does: plain JSON. */
export interface MakeTask {
  /** Which of the job's tasks, from 0. */
  row: number;
  rows: number;
  /** Of the job's passages; absent where there are none. */
  passage?: number;
  /** How many tasks before it rest on the same passage. */
  turn: number;
}

/** The seed of a task's own draws. */
const taskSeed = (seed: number, row: number): number =>
  Random.fromSeed(seed).split(`task ${row}`).nextUint32();

/** Passages in an order of the seed's; all once before any comes again. */
function passageOf(row: number, passages: number, seed: number): { passage: number; turn: number } {
  const turn = Math.floor(row / passages);
  const start = Random.fromSeed(seed).split(`round ${turn}`).integer(passages);
  // a step that shares no factor with the number of passages meets each once
  let step = Math.max(1, Math.floor(passages * 0.618));
  while (gcd(step, passages) !== 1) step++;
  return { passage: (start + (row % passages) * step) % passages, turn };
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

export interface Planning extends Pick<MakeSettings, "rowsPerCall" | "seed"> {
  passages: number;
  /** Number of the first task. */
  first?: number;
}

/** How many tasks `count` rows are. */
export const taskCount = (count: number, { rowsPerCall }: Pick<Planning, "rowsPerCall">): number =>
  Math.ceil(count / rowsPerCall);

/** The task `at` of those for `count` rows. */
export function taskAt(at: number, count: number, planning: Planning): MakeTask {
  const { passages, first = 0, rowsPerCall, seed } = planning;
  const row = first + at;
  const rows = Math.min(rowsPerCall, count - at * rowsPerCall);
  if (passages === 0) return { row, rows, turn: row };
  return { row, rows, ...passageOf(row, passages, seed) };
}

/** Tasks for `count` rows, one after another: there may be more than memory holds. */
export function* planTasks(count: number, planning: Planning): Generator<MakeTask> {
  const tasks = taskCount(count, planning);
  for (let at = 0; at < tasks; at++) yield taskAt(at, count, planning);
}

export interface RequestParts {
  settings: MakeSettings;
  prompt: PromptFile;
  passages: readonly Passage[];
  /** Rows that were found, for the model to see. */
  examples?: string | undefined;
  /** Whether the model keeps to every word of a schema. */
  keepsSchemas: boolean;
}

/** Characters of a message where the schema bounds them. */
const charactersIn = 400;

function schemaOf(task: MakeTask, { settings, keepsSchemas }: RequestParts): JsonObject {
  const length = LENGTHS[settings.length];
  const shape = { evidence: wantsEvidence(task, settings) };
  const row = keepsSchemas
    ? exactRowSchema(length.least, charactersIn, shape)
    : plainRowSchema(length, shape);
  return settings.rowsPerCall === 1 ? row : severalRows(row, task.rows);
}

/** There is nothing to quote where there is no document. */
const wantsEvidence = (task: MakeTask, { evidence }: MakeSettings): boolean =>
  evidence === true && task.passage !== undefined;

/** Said behind the prompt, which may be the user's own. */
const evidenceWanted =
  "Begin with `evidence`: the sentence of the document that bears out what the assistant says, or two or three that " +
  "follow each other, copied to the letter, with nothing changed and nothing left out.";

const inWords = ({ least, most }: { least: number; most: number }): string =>
  least + 1 >= most ? String(least) : `${least} to ${most}`;

const likeSource = "the language of the document";

/** The request of a task's `attempt`, from 0: the same bytes whenever it is made. */
export function requestOf(task: MakeTask, attempt: number, parts: RequestParts): ChatRequest {
  const { settings, prompt, passages, examples } = parts;
  const passage = task.passage === undefined ? undefined : passages[task.passage];
  const { topics, seed } = settings;
  const values = {
    ...varied({
      ...settings,
      row: task.row,
      turn: task.turn,
      isScaffold: settings.mode === "scaffold",
    }),
    rows: task.rows === 1 ? "one conversation" : `${task.rows} conversations`,
    messages: inWords(LENGTHS[settings.length]),
    language: settings.language ?? passage?.language ?? (passage === undefined ? "" : likeSource),
    topic: topics[task.row % Math.max(1, topics.length)] ?? "",
    number: task.turn === 0 && passage !== undefined ? "" : String(task.turn + 1),
    source: plainSource(passage?.source ?? ""),
    document: fenced(passage?.text ?? "", seed),
    examples: fenced(examples ?? "", seed),
    instructions: settings.instructions ?? "",
  };
  const isFenced = values.document !== "" || values.examples !== "";
  const filled = [
    fillPrompt(prompt.prompt, values),
    ...(isFenced ? [materialNotice] : []),
    ...(wantsEvidence(task, settings) ? [evidenceWanted] : []),
  ];
  return {
    system: fillPrompt(prompt.system, values),
    prompt: filled.join("\n\n"),
    schema: { name: task.rows === 1 ? "row" : "rows", schema: schemaOf(task, parts) },
    maxTokens: settings.maxTokens,
    temperature: settings.temperature,
    seed: taskSeed(seed, task.row) + attempt,
  };
}

/** What makes two jobs the same: settings, prompt, and the text that they rest on. */
export function fingerprintOf(parts: Omit<RequestParts, "passages">, extra: unknown): string {
  const { settings, prompt, examples = null, keepsSchemas } = parts;
  const { system, prompt: text } = prompt;
  return hashJson([settings, system, text, examples, keepsSchemas, extra]).slice(0, 16);
}
