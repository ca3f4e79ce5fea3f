// Every route against the OpenAPI document: by a client made of that document alone, which refuses an answer that is not
// as it says.
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { ErrorBody } from "../../../src/studio/http/errors.ts";
import { routeGroups } from "../../../src/studio/routes/index.ts";
import { testStudio } from "../../support/studio.ts";

const routes = routeGroups.flatMap((group) => group.routes);

/** A path with something in its places that is there for nobody. */
const nowhere = (path: string): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name === "id" ? "999999999" : "nothing-here",
  );

test("the document is OpenAPI 3.1 of every route, each operation with a name of its own", async () => {
  const { client } = await testStudio();
  const { document } = client;
  expect(document.openapi).toBe("3.1.0");
  const inDocument = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(inDocument.toSorted()).toEqual(
    routes.map(({ method, path }) => `${method} ${path}`).toSorted(),
  );
  expect(new Set(client.operations).size).toBe(inDocument.length);
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  for (const [, name = ""] of refs) expect(document.components.schemas).toHaveProperty(name);
  const ajv = new Ajv2020({ strict: false });
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const whole = { ...schema, components: document.components };
    expect(() => ajv.compile(whole), name).not.toThrow();
  }
});

test("a tag names one group; a summary is one sentence, and what is behind it the description", async () => {
  const { client } = await testStudio();
  const { document } = client;
  const tags = (document["tags"] as { name: string }[]).map(({ name }) => name);
  expect(new Set(tags).size).toBe(tags.length);
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  for (const { summary, operationId } of operations)
    expect(summary, operationId).not.toMatch(/\.(?: |$)/);
  const { summary, description } = document.paths["/api/v1/data/import"]?.["post"] ?? {};
  expect(summary).toBe("Import a JSONL, JSON, CSV, TSV or Parquet file as a dataset");
  expect(description).toMatch(/^Rows that cannot be used are reported/);
});

test("every route refuses whoever has no token, in the one shape", async () => {
  const studio = await testStudio();
  for (const { method, path } of routes) {
    const answer = await fetch(`${studio.apiUrl}${nowhere(path)}`, { method });
    expect(answer.status, `${method} ${path}`).toBe(401);
    const body = ErrorBody.strict().parse(await answer.json());
    expect(body.detail).toBe(body.error.message);
  }
});

test("every route says 404 of what is not there, 405 of another method, 422 of a field", async () => {
  const studio = await testStudio();
  const { ask } = studio;
  const json = { "content-type": "application/json" };
  for (const { method, path, body, upload } of routes) {
    const what = `${method} ${path}`;
    const none = await ask(`${nowhere(path)}/nothing`);
    expect([none.status, ErrorBody.safeParse(await none.json()).success], what).toEqual([
      404,
      true,
    ]);
    const other = await ask(nowhere(path), { method: "PATCH", headers: json, body: "{}" });
    expect(other.status, what).toBe(405);
    expect(other.headers.get("allow"), what).toContain(method);
    ErrorBody.parse(await other.json());
    if (body === undefined || upload !== undefined) continue;
    const wrong = await ask(nowhere(path), { method, headers: json, body: "7" });
    expect([404, 422], what).toContain(wrong.status);
    ErrorBody.parse(await wrong.json());
  }
});

test("every route with a place in its path says 404 of an unknown one", async () => {
  const { client, document } = await testStudio().then(({ client }) => ({
    ...{ client, document: client.document },
  }));
  for (const [path, methods] of Object.entries(document.paths)) {
    if (!path.includes("{")) continue;
    for (const [, { operationId, requestBody }] of Object.entries(methods)) {
      if (requestBody?.required === true) continue;
      const params = Object.fromEntries(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => [
          ...[name, name === "id" || name === "job_id" ? "999999999" : "nothing-here"],
        ]),
      );
      const { status, body } = await client.call(operationId, { params });
      expect(status, operationId).toBe(404);
      expect(body.error.code, operationId).toMatch(/^(FT-|not_found)/);
    }
  }
});

test("every list answers as the document says, empty as it is", async () => {
  const { client } = await testStudio();
  for (const [path, methods] of Object.entries(client.document.paths)) {
    const get = methods["get"];
    const isStream = JSON.stringify(get?.responses["200"] ?? {}).includes("text/event-stream");
    const needs = get?.parameters?.some(({ required }) => required) === true;
    if (get === undefined || path.includes("{") || isStream || needs) continue;
    const { status } = await client.call(get.operationId);
    expect(status, path).toBe(200);
  }
});

test.each([
  [
    "POST",
    "/api/generator/start",
    { subdomain: "billing" },
    "domain",
    "domain: is missing (string)",
  ],
  ["PUT", "/api/settings", { odd: 1 }, "odd", "odd: there is no such field"],
])(
  "%s %s with a field too few or too many is told which",
  async (method, path, body, field, message) => {
    const { ask } = await testStudio();
    const headers = { "content-type": "application/json" };
    const answer = await ask(path, { method, headers, body: JSON.stringify(body) });
    const told = (await answer.json()) as { error: { field: string; message: string } };
    expect([answer.status, told.error.field, told.error.message]).toEqual([422, field, message]);
  },
);

test("a page of rows that cannot be is told what may be asked for", async () => {
  const { ask } = await testStudio();
  const answer = await ask("/api/datasets/1/examples?limit=-1");
  const told = (await answer.json()) as { error: { message: string } };
  expect(told.error.message).toBe("limit: must be a whole number from 1 to 1000");
});
