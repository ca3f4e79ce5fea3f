// The request for one row: the prompt with all that was drawn for it, the same bytes whenever it is made. Asks nobody.
import { Random } from "../../core/random.ts";
import type { ChatRequest } from "../../providers/types.ts";
import { fillPrompt, type PromptFile } from "../make/prompts.ts";
import type { Domain, Range, Subdomain } from "./domain.ts";
import { drawScenario, exchangesOf, type Scenario } from "./draw.ts";
import type { RowFormat } from "./formats.ts";
import type { Language } from "./languages.ts";

/** Names that stand in a domain's prompt between double braces. */
export const DOMAIN_PLACES = [
  "domain",
  "subdomain",
  "context",
  "answers",
  "focus",
  "exchanges",
  "messages",
  "scenario",
  "topic",
  "number",
  "language",
  "write",
  "keeps",
  "formats",
  "instructions",
  "problem",
  "before",
] as const;

export interface RowSettings {
  seed: number;
  temperature: number;
  /** Of one answer. */
  maxTokens: number;
  /** Answers asked for where they do not count. */
  tries: number;
  /** Each row the next of them. */
  topics: readonly string[];
  /** Stands in front of each conversation. */
  system?: string | undefined;
  /** Said to the model beside the rest. */
  instructions?: string | undefined;
}

export interface RowParts {
  domain: Domain;
  subdomain: Subdomain;
  format: RowFormat;
  prompt: PromptFile;
  language: Language;
  settings: RowSettings;
  /** Whether the model keeps to every word of a schema. */
  keepsSchemas: boolean;
}

/** Which row: plain JSON. */
export interface RowTask {
  /** Of the set, from 0. */
  row: number;
  /** How often it has been drawn before. */
  draw: number;
}

/** An answer that did not count, for the model to hear of. */
export interface LastAnswer {
  problem: string;
  text: string;
}

/** What a row is about. One that is an instruction has one exchange. */
export function scenarioOf({ row, draw }: RowTask, parts: RowParts): Scenario {
  const { domain, subdomain, settings, format } = parts;
  const scenario = drawScenario(domain, subdomain, { seed: settings.seed, row, draw });
  return format.hasTurns ? scenario : { ...scenario, exchanges: 1 };
}

/** Exchanges that a row of this scenario may have. */
export const allowedExchanges = ({ domain, format }: RowParts, { values }: Scenario): Range =>
  format.hasTurns ? exchangesOf(domain, values) : { least: 1, most: 1 };

function scenarioText({ parameters }: Domain, { values }: Scenario): string {
  return parameters
    .map(({ name, says, values: known }) => {
      const value = known.find((one) => one.name === values[name]);
      return `- ${says}: ${value?.says ?? ""}`;
    })
    .join("\n");
}

const shownOfAnswer = 200;

function requestSeed({ row, draw }: RowTask, attempt: number, seed: number): number {
  return Random.fromSeed(seed).split(`ask ${row} ${draw} ${attempt}`).nextUint32();
}

/** Of a task's `attempt`, from 0; `last` is the answer before, where there was one. */
export function rowRequest(
  task: RowTask,
  attempt: number,
  parts: RowParts,
  last?: LastAnswer,
): ChatRequest {
  const { domain, subdomain, format, prompt, language, settings, keepsSchemas } = parts;
  const scenario = scenarioOf(task, parts);
  const { exchanges } = scenario;
  const { topics } = settings;
  const values = {
    domain: domain.name,
    subdomain: subdomain.name,
    context: domain.context,
    answers: domain.answers,
    focus: subdomain.focus,
    exchanges: exchanges === 1 ? "1 exchange" : `${exchanges} exchanges`,
    messages: String(2 * exchanges),
    scenario: scenarioText(domain, scenario),
    topic: topics[task.row % Math.max(1, topics.length)] ?? "",
    number: String(task.row + 1),
    language: language.name,
    write: language.write ?? "",
    keeps: language.keeps ?? "",
    formats: language.formats,
    instructions: settings.instructions ?? "",
    problem: last?.problem ?? "",
    before: last === undefined ? "" : JSON.stringify(last.text.slice(0, shownOfAnswer)),
  };
  const range = { ...allowedExchanges(parts, scenario), drawn: exchanges };
  return {
    system: fillPrompt(prompt.system, values),
    prompt: fillPrompt(prompt.prompt, values),
    schema: { name: "row", schema: format.schema(range, keepsSchemas) },
    maxTokens: settings.maxTokens,
    temperature: settings.temperature,
    seed: requestSeed(task, attempt, settings.seed),
  };
}
