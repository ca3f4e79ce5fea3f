import addFormats from "ajv-formats";
// A client made of the API's own OpenAPI document: knows an operation by its id, sends what the document says, and holds
// every answer to the schema that the document has for its status. Knows no route.
import { Ajv2020 } from "ajv/dist/2020.js";
import type { OpenApi, Operation } from "../../src/studio/openapi.ts";

export interface CallInput {
  params?: Record<string, string | number>;
  query?: Record<string, string | number>;
  body?: unknown;
  /** Of an operation that takes a form: its file's text, and fields. */
  file?: { name: string; text: string | Blob; fields?: Record<string, string> };
}

export interface Called {
  status: number;
  headers: Headers;
  text: string;
  // eslint-disable-next-line typescript/no-explicit-any
  body: any;
}

interface Known {
  path: string;
  method: string;
  operation: Operation;
}

function urlFor(base: string, { path }: Known, { params = {}, query = {} }: CallInput): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) words.set(name, String(value));
  return `${base}${filled}${words.size === 0 ? "" : `?${words.toString()}`}`;
}

function bodyFor({ body, file }: CallInput): Pick<RequestInit, "body" | "headers"> {
  if (file !== undefined) {
    const form = new FormData();
    for (const [name, value] of Object.entries(file.fields ?? {})) form.append(name, value);
    const blob = typeof file.text === "string" ? new Blob([file.text]) : file.text;
    form.append("file", blob, file.name);
    return { body: form };
  }
  if (body === undefined) return {};
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

export class OpenApiClient {
  readonly document: OpenApi;
  /** Operations by id, with the statuses that each has given. */
  readonly called = new Map<string, Set<number>>();
  readonly #url: string;
  readonly #token: string;
  readonly #known = new Map<string, Known>();
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor(url: string, token: string, document: OpenApi) {
    this.#url = url;
    this.#token = token;
    this.document = document;
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#ajv.addSchema({ ...document, $id: "openapi" });
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods))
        this.#known.set(operation.operationId, { path, method, operation });
    }
  }

  static async of({ apiUrl, token }: { apiUrl: string; token: string }): Promise<OpenApiClient> {
    const answer = await fetch(`${apiUrl}/openapi.json`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return new OpenApiClient(apiUrl, token, (await answer.json()) as OpenApi);
  }

  get operations(): string[] {
    return [...this.#known.keys()];
  }

  /** Throws where the answer's status or shape is not in the document. */
  async call(id: string, input: CallInput = {}): Promise<Called> {
    const known = this.#known.get(id);
    if (known === undefined) throw new Error(`no operation ${id}`);
    const { body, headers } = bodyFor(input);
    const answer = await fetch(urlFor(this.#url, known, input), {
      method: known.method.toUpperCase(),
      headers: { authorization: `Bearer ${this.#token}`, ...(headers as object) },
      ...(body !== undefined && { body }),
    });
    const text = await answer.text();
    const { status } = answer;
    const seen = this.called.get(id) ?? new Set();
    this.called.set(id, seen.add(status));
    const isJson = answer.headers.get("content-type")?.startsWith("application/json") === true;
    const parsed: unknown = isJson ? JSON.parse(text) : undefined;
    this.#check(id, known, status, parsed, answer.headers.get("content-type") ?? "");
    return { status, headers: answer.headers, text, body: parsed };
  }

  #check(id: string, known: Known, status: number, body: unknown, type: string): void {
    const told = known.operation.responses[status];
    if (told === undefined)
      throw new Error(`${id} gave ${status}, not in the document: ${JSON.stringify(body)}`);
    if (told.content === undefined) return;
    const [name] = Object.keys(told.content);
    if (!type.startsWith(name ?? "")) throw new Error(`${id} gave ${type} and not ${name}`);
    if (body === undefined) return;
    const at = ["paths", known.path, known.method, "responses", status, "content", name, "schema"];
    const steps = at.map((step) => String(step).replaceAll("~", "~0").replaceAll("/", "~1"));
    const pointer = steps.map(encodeURIComponent).join("/");
    const validate = this.#ajv.compile({ $ref: `openapi#/${pointer}` });
    if (validate(body)) return;
    throw new Error(`${id} ${status}: ${this.#ajv.errorsText(validate.errors)}`);
  }
}
