// The README's picture from a finished run: its own loss curve, and questions asked of the base model and of the tuned
// one now. Every figure in it comes from the run folder or from the two models.
//   node --import tsx dev/picture.ts .local/quick docs/picture.svg [--questions FILE] [--count 2]
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { formatCount, formatDuration } from "../src/core/units.ts";
import { loadModel, type RunEvent } from "../src/index.ts";
import { FINAL_MODEL, readEvents } from "../src/runs/index.ts";
import type { SqlExample } from "./datasets/text-to-sql-rows.ts";
import { type Answered, drawPicture, type Picture, type Point } from "./picture/draw.ts";
import { ask } from "./quick/asking.ts";

type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { type: T }>;

function all<T extends RunEvent["type"]>(events: readonly RunEvent[], type: T): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type);
}

function only<T extends RunEvent["type"]>(events: readonly RunEvent[], type: T): EventOf<T> {
  const found = all(events, type).at(-1);
  if (found === undefined) throw new Error(`the run has no event ${type}: it must have finished`);
  return found;
}

/** `builtin/tiny` and hub ids as they are; of a folder, its name only. */
function shortName(name: string): string {
  return name.startsWith("/") ? basename(name) : name;
}

function secondsOf(events: readonly RunEvent[]): number {
  const times = events.map(({ time }) => Date.parse(time));
  return (Math.max(...times) - Math.min(...times)) / 1000;
}

function facts(events: readonly RunEvent[]): Omit<Picture, "answered"> {
  const started = only(events, "run-started");
  const completed = only(events, "run-completed");
  const reported = all(events, "step-reported");
  const training = reported.flatMap(({ step, trainLoss }): Point[] =>
    trainLoss === null ? [] : [{ step, loss: trainLoss }],
  );
  const validation = all(events, "evaluation-finished").map(({ step, validationLoss }): Point => ({
    step,
    loss: validationLoss,
  }));
  const trained = formatCount(completed.trainableParameters);
  return {
    title: `${shortName(started.model.name)}: ${trained} of ${formatCount(completed.totalParameters)} parameters trained`,
    caption: `${completed.totalSteps} steps, ${formatCount(reported.at(-1)?.tokens ?? 0)} tokens, ${formatDuration(secondsOf(events))}`,
    training,
    validation,
  };
}

async function answersOf(
  name: string,
  adapter: string | undefined,
  examples: readonly SqlExample[],
): Promise<string[]> {
  const model = await loadModel(name, adapter === undefined ? {} : { adapter });
  try {
    return await ask(model, examples);
  } finally {
    model.dispose();
  }
}

async function answeredBy(
  name: string,
  run: string,
  examples: readonly SqlExample[],
): Promise<Answered[]> {
  const before = await answersOf(name, undefined, examples);
  const after = await answersOf(name, join(run, FINAL_MODEL), examples);
  return examples.map(({ prompt, answer }, index) => ({
    question: prompt,
    expected: answer,
    before: before[index] ?? "",
    after: after[index] ?? "",
  }));
}

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    questions: { type: "string", default: "data/datasets/questions.json" },
    count: { type: "string", default: "2" },
  },
});
const [run = ".local/quick", output = "docs/picture.svg"] = positionals;
const events = readEvents(run);
const questions = JSON.parse(readFileSync(flags.questions, "utf8")) as SqlExample[];
const { name } = only(events, "run-started").model;
const answered = await answeredBy(name, run, questions.slice(0, Number(flags.count)));
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, drawPicture({ ...facts(events), answered }));
process.stdout.write(`${output}: ${answered.length} questions, ${events.length} events\n`);
