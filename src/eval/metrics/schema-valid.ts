// Whether an answer is JSON that the row's JSON schema allows. Drafts by `$schema`, else 2020-12, as ajv checks them;
// nothing that a schema refers to elsewhere is fetched.
import { createRequire } from "node:module";
import { type Answer, fieldText, meanMetric } from "./metric.ts";

type Check = (value: unknown) => boolean;
type Checker = new (options: object) => { compile(schema: unknown): Check };

/** Where rows keep their schema, the given one before them. */
const fields = ["json_schema", "schema", "response_format"];

const load = createRequire(import.meta.url);

function checkerOf(schema: { $schema?: unknown }): Checker {
  const draft = typeof schema.$schema === "string" ? schema.$schema : "2020-12";
  const file = draft.includes("2020-12")
    ? "ajv/dist/2020.js"
    : draft.includes("2019-09")
      ? "ajv/dist/2019.js"
      : "ajv/dist/ajv.js";
  return (load(file) as { default: Checker }).default;
}

/** Undefined for what is no schema. */
function compiled(schema: object): Check | undefined {
  const options = { strict: false, logger: false, ownProperties: true };
  const checker = new (checkerOf(schema))(options);
  (load("ajv-formats") as { default: (checker: unknown) => void }).default(checker);
  try {
    return checker.compile(schema);
  } catch {
    return undefined;
  }
}

type Found = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Found =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function json(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** The schema in what a row or a request to OpenAI writes around it. */
function unwrapped(value: unknown): Found | undefined {
  if (!isObject(value)) return undefined;
  const inner = value["type"] === "json_schema" ? value["json_schema"] : value;
  if (!isObject(inner)) return undefined;
  return isObject(inner["schema"]) ? inner["schema"] : inner;
}

function schemaOf(answer: Answer): Found | undefined {
  for (const name of fields) {
    const text = fieldText(answer, name);
    const found = unwrapped(text === "" ? answer.fields?.[name] : json(text)?.value);
    if (found !== undefined) return found;
  }
  return undefined;
}

const checks = new Map<string, Check | undefined>();
const mostChecks = 1000;

function checkOf(schema: object): Check | undefined {
  const key = JSON.stringify(schema);
  if (!checks.has(key)) {
    if (checks.size >= mostChecks) checks.clear();
    checks.set(key, compiled(schema));
  }
  return checks.get(key);
}

function isAllowed(answer: Answer): boolean {
  const said = json(answer.prediction);
  const schema = schemaOf(answer);
  const check = schema === undefined ? undefined : checkOf(schema);
  return said !== undefined && check !== undefined && check(said.value);
}

const withoutSchema = (answers: readonly Answer[]): number =>
  answers.filter((answer) => {
    const schema = schemaOf(answer);
    return schema === undefined || checkOf(schema) === undefined;
  }).length;

export const schemaValid = {
  ...meanMetric("answers that the row's JSON schema allows", "ajv", (answer) =>
    isAllowed(answer) ? 1 : 0,
  ),
  fields,
  signature: (answers: readonly Answer[]): string => `ajv|without:${withoutSchema(answers)}`,
};
