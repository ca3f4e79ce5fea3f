// The pages on adding a domain, an endpoint, a provider and a format of rows: what they show is taken from the page, added
// from outside, and used.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../../src/providers/connect.ts";
import { Gate } from "../../../src/providers/gate.ts";
import { createJob, runWorker, unitKinds } from "../../../src/store/index.ts";
import type { RouteGroup } from "../../../src/studio/route.ts";
import { routeGroups } from "../../../src/studio/routes/index.ts";
import { loadDomains } from "../../../src/synth/domains/catalogue.ts";
import { rowFormats } from "../../../src/synth/domains/formats.ts";
import { generateRow, type Generated } from "../../../src/synth/domains/generate-row.ts";
import {
  DOMAIN_PLACES,
  rowRequest,
  type RowParts,
} from "../../../src/synth/domains/row-request.ts";
import { findPrompt } from "../../../src/synth/make/prompts.ts";
import { partsOf } from "../../support/domain-rows.ts";
import { FakeProvider } from "../../support/fake-provider.ts";
import { makeFolder } from "../../support/folders.ts";
import { memoryStore } from "../../support/open-stores.ts";
import { testStudio } from "../../support/studio.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The first block of a page in a language. */
function shown(page: string, language: string): string {
  const text = readFileSync(join(root, "docs/adding", `${page}.md`), "utf8");
  const block = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(text)?.[1];
  if (block === undefined) throw new Error(`${page} shows no ${language}`);
  return block;
}

/** Loads what a page shows as a module that lies elsewhere; `places` are its imports here. */
async function loaded(page: string, places: Record<string, string>): Promise<object> {
  mkdirSync(join(root, ".local"), { recursive: true });
  const folder = mkdtempSync(join(root, ".local", "adding-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let text = shown(page, "ts");
  for (const [from, to] of Object.entries(places))
    text = text.replaceAll(`"${from}"`, JSON.stringify(join(root, to)));
  const file = join(folder, `${page}.ts`);
  writeFileSync(file, text);
  return (await import(pathToFileURL(file).href)) as object;
}

/** What one row of these parts comes to when a service answers so. */
async function generated(parts: RowParts, text: string): Promise<Generated> {
  const fake = await FakeProvider.start(() => ({ text }));
  const provider = await connect("openai-compatible", {
    ...{ models: ["m"], baseUrl: `${fake.origin}/v1`, environment: {}, timeout: 5000 },
  });
  const asking = { provider, gate: new Gate(1), prices: [], retries: 0, firstDelay: 1 };
  const store = await memoryStore();
  let told: Generated | undefined;
  const { id } = await createJob(store, { kind: "row", units: [{ key: "1" }] });
  const run = async (_: unknown, context: Parameters<typeof generateRow>[3]) => {
    told = await generateRow({ row: 0, draw: 0 }, parts, asking, context);
    return { result: null };
  };
  await runWorker(store, unitKinds({ row: { concurrency: 1, run } }), {
    ...{ untilEnded: id, every: 5 },
  });
  if (told === undefined) throw new Error("no row was asked for");
  return told;
}

test("a domain is one file of the user's", async () => {
  const home = makeFolder();
  mkdirSync(join(home, "domains"));
  writeFileSync(join(home, "domains", "bakery.yaml"), shown("domain", "yaml"));
  const domain = loadDomains({ FT_HOME: home }).get("Bakery");
  expect(domain).toMatchObject({ key: "bakery", isShipped: false });
  const parts = { ...partsOf({}), domain, subdomain: domain.subdomains[0]! };
  const { prompt, system } = rowRequest({ row: 0, draw: 0 }, 0, parts);
  expect(system).toContain("A small bakery sells bread and cake");
  expect(prompt).toMatch(/What it is about: (a loaf of rye|cake)/);
});

test("an endpoint is data and a function: checked, described, behind the token", async () => {
  const module = await loaded("endpoint", { "../route.ts": "src/studio/route.ts" });
  const { greetingRoutes } = module as { greetingRoutes: RouteGroup };
  const groups = routeGroups as RouteGroup[];
  groups.push(greetingRoutes);
  onTestFinished(() => void groups.splice(groups.indexOf(greetingRoutes), 1));
  const { client, apiUrl } = await testStudio();
  const said = await client.call("postV1GreetingsName", {
    params: { name: "Ada" },
    body: { loud: true },
  });
  expect(said.body.text).toMatch(/^HELLO ADA, FROM \d/);
  const wrong = await client.call("postV1GreetingsName", {
    params: { name: "Ada" },
    body: { loud: "very" },
  });
  expect(wrong).toMatchObject({ status: 422, body: { error: { field: "loud" } } });
  expect(client.document.components.schemas).toHaveProperty("Greeting");
  const headers = { "content-type": "application/json" };
  const unknown = await fetch(`${apiUrl}/api/v1/greetings/Ada`, {
    ...{ method: "POST", headers, body: "{}" },
  });
  expect(unknown.status).toBe(401);
});

test("a provider is what is known of it, and two functions", async () => {
  const place = { "@finetune-local/ft": "tests/support/library-providers.ts" };
  await loaded("provider", place);
  const asked: unknown[] = [];
  const server = createServer((message, response) => {
    void json(message).then((body) => {
      asked.push({ path: message.url, key: message.headers["x-acme-key"], body });
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ text: "hello", tokens: [3, 4] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = await connect("acme", {
    ...{ models: [], baseUrl, environment: { ACME_API_KEY: "k-1" }, timeout: 5000 },
  });
  expect(provider.models).toEqual(["acme-small"]);
  const request = { system: "be kind", prompt: "hi", maxTokens: 9 };
  const reply = await provider.ask("acme-small", request, new AbortController().signal);
  expect(reply).toMatchObject({ text: "hello", end: "stop", usage: { tokensIn: 3, tokensOut: 4 } });
  expect(asked[0]).toMatchObject({
    ...{ path: "/v2/answer", key: "k-1" },
    body: { model: "acme-small", text: "be kind\n\nhi", most_tokens: 9 },
  });
});

test("a format of rows says what is asked for and what counts", async () => {
  await loaded("row-format", {
    "./src/synth/domains/formats.ts": "src/synth/domains/formats.ts",
  });
  const format = rowFormats.get("question");
  const prompts = makeFolder({
    "domain-question.md":
      "## System\n\nYou ask.\n\n## Prompt\n\nOne question about {{subdomain}}.\n",
  });
  const prompt = findPrompt(format.prompt, [prompts], DOMAIN_PLACES);
  const parts = { ...partsOf({ format: "instruction" }), format, prompt };
  const { row } = await generated(parts, '{"question": "Where is my parcel today?"}');
  expect(row?.content).toEqual({ instruction: "Where is my parcel today?", output: "" });
  const none = await generated(parts, '{"question": 7}');
  expect(none).toMatchObject({
    row: undefined,
    rejections: expect.arrayContaining(["not_a_row"]) as string[],
  });
});
