// A body as a schema has it, or the error that names the first field that is not.
import type { z } from "zod";
import { badRequest } from "./api-error.ts";

/** "messages.0.content" → "messages[0].content", as OpenAI writes it. */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((step, at) =>
      typeof step === "number" ? `[${step}]` : `${at > 0 ? "." : ""}${String(step)}`,
    )
    .join("");
}

type Issue = z.core.$ZodIssue;

interface Said {
  path: PropertyKey[];
  message: string;
}

/** In words of a request: what zod says of a field that is not there speaks of its own values. */
function said(issue: Issue): Said {
  if (issue.code === "unrecognized_keys") {
    return { path: [...issue.path, issue.keys[0] ?? ""], message: "there is no such field" };
  }
  const isMissing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
  return isMissing
    ? { path: issue.path, message: `is missing (${kindOf(issue.expected)})` }
    : issue;
}

const kindOf = (expected: string): string => (expected === "int" ? "number" : expected);

/** Of what fits no branch, the complaint that came furthest: it is about the branch that was meant. */
function deepest(issue: Issue): Said {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return issue;
  const inner = issue.errors.flat().map((one) => deepest(one));
  const furthest = inner.reduce((a, b) => (b.path.length > a.path.length ? b : a));
  if (furthest.path.length === 0) {
    const all = [...new Set(inner.map(({ message }) => message))].join(", or ");
    return { path: issue.path, message: all };
  }
  return { path: [...issue.path, ...furthest.path], message: furthest.message };
}

export type Checked<T> = { ok: true; data: T } | { ok: false; param: string; message: string };

/** What a schema makes of a value, or the first field that is not as it says: `param` is "" for the value itself. */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): Checked<z.infer<Schema>> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, data: parsed.data };
  const first = parsed.error.issues[0] as Issue;
  const { path, message } = first.code === "invalid_union" ? deepest(first) : said(first);
  const param = placeOf(path);
  return { ok: false, param, message: param === "" ? message : `${param}: ${message}` };
}

/** Throws ApiError 400. */
export function checked<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const found = check(schema, body);
  if (found.ok) return found.data;
  throw badRequest(found.message, found.param === "" ? undefined : found.param, "invalid_value");
}
