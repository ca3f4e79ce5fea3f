// The OpenAPI document as a page to read: no script, nothing from the network.
import { escaped, page } from "./html.ts";
import type { Json, OpenApi, Operation } from "./openapi.ts";

const codeOf = (text: string): string => `<code>${escaped(text)}</code>`;

/** A schema's type in few words. */
function typeOf(schema: Json): string {
  const {
    type,
    anyOf,
    enum: values,
    $ref,
    items,
  } = schema as {
    type?: string;
    anyOf?: Json[];
    enum?: unknown[];
    $ref?: string;
    items?: Json;
  };
  if ($ref !== undefined) return $ref.split("/").at(-1) ?? "";
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (anyOf !== undefined) return anyOf.map(typeOf).join(" | ");
  if (type === "array" && items !== undefined) return `${typeOf(items)}[]`;
  return type ?? "any";
}

function rowsOf(rows: readonly (readonly string[])[], heads: readonly string[]): string {
  if (rows.length === 0) return "";
  const head = `<tr>${heads.map((text) => `<th>${escaped(text)}</th>`).join("")}</tr>`;
  const lines = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`);
  return `<table>${head}${lines.join("")}</table>`;
}

function parameterTable({ parameters = [] }: Operation): string {
  const rows = parameters.map(({ name, in: where, required, schema, description }) => [
    codeOf(name),
    where,
    escaped(typeOf(schema)),
    required ? "yes" : "",
    escaped(typeof description === "string" ? description : ""),
  ]);
  return rowsOf(rows, ["name", "in", "type", "required", "description"]);
}

function schemaBlock(title: string, schema: Json): string {
  return `<p>${escaped(title)}</p><pre>${escaped(JSON.stringify(schema, null, 2))}</pre>`;
}

function operationBlock(method: string, path: string, operation: Operation): string {
  const { summary, description: details, requestBody, responses } = operation;
  const bodies = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) =>
    schemaBlock(`Request body, ${type}`, schema),
  );
  const answers = Object.entries(responses).map(([status, { description, content }]) => {
    const [type, told] = Object.entries(content ?? {})[0] ?? [];
    const shape = told === undefined ? "" : escaped(typeOf(told.schema));
    return [codeOf(status), escaped(description), escaped(type ?? ""), shape];
  });
  const schemas = Object.entries(responses)
    .filter(([status]) => Number(status) < 300)
    .flatMap(([status, { content }]) =>
      Object.values(content ?? {}).map(({ schema }) => schemaBlock(`Response ${status}`, schema)),
    );
  return (
    `<details id="${escaped(operation.operationId)}"><summary>` +
    `<code class="method">${method.toUpperCase()}</code> ${codeOf(path)} ${escaped(summary)}</summary>` +
    (details === undefined ? "" : `<p>${escaped(details)}</p>`) +
    parameterTable(operation) +
    bodies.join("") +
    rowsOf(answers, ["status", "description", "type", "schema"]) +
    `${schemas.join("")}</details>`
  );
}

function groupBlock(name: string, about: string, { paths }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(name))
      .map(([method, operation]) => operationBlock(method, path, operation)),
  );
  return `<h2 id="${escaped(name)}">${escaped(name)}</h2><p>${escaped(about)}</p>${operations.join("")}`;
}

export function docsPage(document: OpenApi): string {
  const tags = document["tags"] as { name: string; description: string }[];
  const links = tags.map(({ name }) => `<a href="#${escaped(name)}">${escaped(name)}</a>`);
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${escaped(name)}"><summary>${codeOf(name)}</summary>` +
      `<pre>${escaped(JSON.stringify(schema, null, 2))}</pre></details>`,
  );
  return page(
    "ft API",
    `<h1>ft API</h1><p>Every request needs the token, as <code>Authorization: Bearer TOKEN</code> or as the cookie ` +
      `that the link of <code>ft studio</code> sets. OpenAPI document: <a href="/openapi.json">openapi.json</a>.</p>` +
      `<nav>${links.join("")}</nav>` +
      tags.map(({ name, description }) => groupBlock(name, description, document)).join("") +
      `<h2 id="schemas">Schemas</h2>${schemas.join("")}`,
  );
}
