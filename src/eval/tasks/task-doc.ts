// What a task makes of one row: the question with its examples, the target, the choices; as lm-eval renders them.
import { JinjaTemplate } from "../../text/jinja/interpreter.ts";
import type { Task } from "./task-file.ts";

export type Doc = Readonly<Record<string, unknown>>;
export type Target = string | number | (string | number)[];

const templates = new Map<string, JinjaTemplate>();

/** With lines and blanks as they stand, unlike chat templates. */
function rendered(template: string, doc: Doc): string {
  const found =
    templates.get(template) ?? new JinjaTemplate(template, undefined, { keepsBlanks: true });
  templates.set(template, found);
  return found.render(doc);
}

const isDigits = (text: string): boolean => /^\d+$/.test(text);

function textOf({ doc_to_text: template }: Task, doc: Doc): string {
  return Object.hasOwn(doc, template) ? String(doc[template]) : rendered(template, doc);
}

/** A list that an expression gives: as JSON, since Python's writing of it is not JavaScript's. */
function listOf(template: string, doc: Doc): unknown {
  const [, expression] = /^\s*\{\{([^]*)\}\}\s*$/.exec(template) ?? [];
  const isOne = expression !== undefined && !expression.includes("}}");
  const text = isOne ? rendered(`{{ (${expression}) | tojson }}`, doc) : rendered(template, doc);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function choicesOf({ doc_to_choice: given = [] }: Task, doc: Doc): string[] {
  if (Array.isArray(given)) return given;
  if (typeof given === "object") return Object.values(given);
  const found = Object.hasOwn(doc, given) ? doc[given] : listOf(given, doc);
  return Array.isArray(found) ? found.map(String) : [];
}

export function targetOf({ doc_to_target: given, doc_to_choice: choices }: Task, doc: Doc): Target {
  if (typeof given !== "string") return given;
  if (Object.hasOwn(doc, given)) return doc[given] as Target;
  const text = rendered(given, doc);
  if (choices !== undefined && isDigits(text)) return Number(text);
  const list = /^\[.+\]$/s.test(text) ? listOf(given, doc) : undefined;
  return Array.isArray(list) ? (list as Target) : text;
}

/** The answer as an example shows it. */
function shown(task: Task, doc: Doc): string {
  const target = targetOf(task, doc);
  const first = Array.isArray(target) ? (target[0] ?? "") : target;
  return typeof first === "number" ? (choicesOf(task, doc)[first] ?? String(first)) : first;
}

/** Description, examples, question. */
export function contextOf(task: Task, doc: Doc, examples: readonly Doc[]): string {
  const { description, fewshot_delimiter: between, target_delimiter: before } = task;
  const shots = examples.map((one) => textOf(task, one) + before + shown(task, one) + between);
  return rendered(description, doc) + shots.join("") + textOf(task, doc);
}
