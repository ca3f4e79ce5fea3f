// The OpenAPI 3.1 document, made of the routes: the schemas that check a request are those that the document shows, since
// 3.1 takes JSON Schema as zod writes it. Named schemas stand once, under components.
import { z } from "zod";
import { ErrorBody } from "./http/errors.ts";
import type { Answer, Route, RouteGroup } from "./route.ts";

export type Json = { [name: string]: unknown };

export interface OpenApi extends Json {
  openapi: "3.1.0";
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json>; securitySchemes: Json };
}

export interface Operation extends Json {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: Json }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Json }> }>;
}

export interface Parameter extends Json {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  schema: Json;
}

type Components = Record<string, Json>;

/** Zod puts named schemas under $defs of each; here they move to one place. */
const moved = (text: string): string => text.replaceAll('"#/$defs/', '"#/components/schemas/');

function schemaOf(schema: z.ZodType, io: "input" | "output", components: Components): Json {
  const made = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  const { $schema: _, $defs = {}, ...own } = JSON.parse(moved(JSON.stringify(made))) as Json;
  Object.assign(components, $defs);
  return own;
}

function parametersOf(
  schema: z.ZodType | undefined,
  where: "path" | "query",
  components: Components,
): Parameter[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, "input", components) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...own }]) => ({
    ...{ name, in: where, required: where === "path" || required.includes(name) },
    ...(description !== undefined && { description }),
    schema: own,
  }));
}

function bodyOf(route: Route, components: Components): Pick<Operation, "requestBody"> {
  if (route.upload !== undefined) {
    const fields = schemaOf(route.upload, "input", components) as {
      properties?: Json;
      required?: string[];
    };
    const file = { type: "string", contentMediaType: "application/octet-stream" };
    const schema = {
      type: "object",
      properties: { file, ...fields.properties },
      required: ["file", ...(fields.required ?? [])],
    };
    return { requestBody: { required: true, content: { "multipart/form-data": { schema } } } };
  }
  if (route.body === undefined) return {};
  const schema = schemaOf(route.body, "input", components);
  const required = !route.body.safeParse(undefined).success;
  return { requestBody: { required, content: { "application/json": { schema } } } };
}

const words: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  202: "Accepted; it continues in the background",
  204: "No content",
};

function contentOf(answer: Answer, components: Components): Operation["responses"][string] {
  if (answer instanceof z.ZodType) {
    const schema = schemaOf(answer, "output", components);
    return { description: "", content: { "application/json": { schema } } };
  }
  return { description: answer.about, content: { [answer.type]: { schema: { type: "string" } } } };
}

const errorContent = {
  "application/json": { schema: { $ref: "#/components/schemas/Error" } },
};

/** What any request may be told: no token, another page, what is not there, a field that is wrong. */
function refusalsOf(route: Route): Operation["responses"] {
  const usual: Record<number, string> = {
    401: "Missing or wrong token",
    403: "Host or Origin not allowed",
    ...(route.params !== undefined && { 404: "Not found" }),
    ...((route.body ?? route.upload) !== undefined && {
      413: "The body is too large",
      415: "Unsupported content type",
    }),
    ...((route.body ?? route.upload ?? route.query) !== undefined && {
      422: "A field does not match the schema",
    }),
    ...route.refusals,
  };
  return Object.fromEntries(
    Object.entries(usual).map(([status, description]) => [
      status,
      { description, content: errorContent },
    ]),
  );
}

/** "GET /api/datasets/{id}/examples" → "getDatasetsIdExamples" */
function nameOf({ method, path }: Route): string {
  const parts = path
    .replace(/^\/api/, "")
    .split(/[^A-Za-z0-9]+/)
    .filter((part) => part !== "");
  const rest = parts.map((part) => part.slice(0, 1).toUpperCase() + part.slice(1)).join("");
  return `${method.toLowerCase()}${rest}`;
}

/** The first sentence is the summary, the rest the description. */
function wordsOf(about: string): Pick<Operation, "summary" | "description"> {
  const end = about.indexOf(". ");
  if (end === -1) return { summary: about };
  return { summary: about.slice(0, end), description: about.slice(end + 2) };
}

function operationOf(route: Route, group: string, components: Components): Operation {
  const answers = Object.entries(route.answers).map(([status, answer]) => {
    const told = contentOf(answer, components);
    const description = told.description || (words[Number(status)] ?? "OK");
    return [status, { ...told, description }];
  });
  const parameters = [
    ...parametersOf(route.params, "path", components),
    ...parametersOf(route.query, "query", components),
  ];
  return {
    ...{ operationId: nameOf(route), ...wordsOf(route.about), tags: [group] },
    ...(parameters.length > 0 && { parameters }),
    ...bodyOf(route, components),
    responses: { ...Object.fromEntries(answers), ...refusalsOf(route) },
  };
}

export interface DocumentFacts {
  version: string;
  /** Where the API answers. */
  url: string;
  /** What the cookie with the token is called. */
  cookie: string;
}

export function openApiOf(groups: readonly RouteGroup[], facts: DocumentFacts): OpenApi {
  const { version, url, cookie } = facts;
  const components: Components = {};
  schemaOf(ErrorBody, "output", components);
  const paths: OpenApi["paths"] = {};
  for (const { name, routes } of groups) {
    for (const route of routes) {
      const operations = (paths[route.path] ??= {});
      operations[route.method.toLowerCase()] = operationOf(route, name, components);
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "ft",
      version,
      summary: "Datasets, models, training and jobs on this machine",
    },
    servers: [{ url }],
    tags: groups.map(({ name, about }) => ({ name, description: about })),
    security: [{ token: [] }, { cookie: [] }],
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        cookie: { type: "apiKey", in: "cookie", name: cookie },
      },
    },
  };
}
