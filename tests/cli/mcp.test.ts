// `ft mcp` by the protocol's own client, as an assistant's program starts it: what it lists, what it may read and write,
// and a run from its estimate to an answer of what came out.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { compiledProgram, programEnvironment } from "../support/program.ts";

interface Told {
  isError: boolean;
  value: Record<string, unknown>;
}

async function assistant(
  folder: string,
  ...more: string[]
): Promise<{ client: Client; call: (name: string, input?: object) => Promise<Told> }> {
  const home = makeFolder();
  const environment = Object.entries({ ...programEnvironment(), FT_HOME: home });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [compiledProgram(), "mcp", "--root", folder, ...more],
    env: Object.fromEntries(environment.filter((pair): pair is [string, string] => !!pair[1])),
    stderr: "ignore",
  });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  onTestFinished(() => client.close());
  const call = async (name: string, input: object = {}): Promise<Told> => {
    const result = await client.callTool({ name, arguments: { ...input } });
    const [content] = result.content as { text: string }[];
    const isError = result.isError === true;
    // what the protocol itself refuses is told in words
    const isJson = content?.text.startsWith("{") === true;
    return { isError, value: isJson ? JSON.parse(content.text) : { said: content?.text } };
  };
  return { client, call };
}

const rows = Array.from({ length: 12 }, (_, index) =>
  JSON.stringify({
    messages: [
      { role: "user", content: `Say ${index}` },
      { role: "assistant", content: `Number ${index}` },
    ],
  }),
).join("\n");

function workplace(): string {
  const folder = makeFolder();
  writeFileSync(join(folder, "rows.jsonl"), rows);
  return folder;
}

test("tools are listed with what they read and write, and their input as JSON Schema", async () => {
  const { client } = await assistant(workplace());
  const { tools } = await client.listTools();
  expect(tools.length).toBeGreaterThanOrEqual(12);
  for (const { name, description, inputSchema, annotations } of tools) {
    expect(name).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
    expect(description?.length).toBeGreaterThan(40);
    expect(inputSchema.type).toBe("object");
    expect(annotations?.readOnlyHint).toBe(!["evaluate", "start_run", "stop_run"].includes(name));
  }
});

test("it looks at data and runs", async () => {
  const { call } = await assistant(workplace());
  const { value: sets } = await call("list_data");
  expect(sets["files"]).toMatchObject([{ format: "chat" }]);
  expect((await call("describe_data", { file: "rows.jsonl" })).value).toMatchObject({ rows: 12 });
  const checked = await call("validate_data", { file: "rows.jsonl", profile: "mlx-lm" });
  expect(checked).toMatchObject({ isError: false, value: { valid: true, rows: 12 } });
  expect((await call("list_runs")).value).toEqual({ runs: [] });
  expect((await call("list_models")).value["models"]).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: "builtin/tiny" })]),
  );
});

test("what writes is refused unless it is allowed, and says how", async () => {
  const { call } = await assistant(workplace());
  const settings = { model: { name: "builtin/tiny" }, data: { train_file: "rows.jsonl" } };
  for (const [name, input] of [
    ["start_run", { settings }],
    ["stop_run", { job: "x" }],
    ["evaluate", { model: "builtin/tiny", data: "rows.jsonl", output: "out" }],
  ] as const) {
    expect(await call(name, input)).toMatchObject({
      isError: true,
      value: { error: { code: "FT-MCP-002", hint: expect.stringContaining("--allow-write") } },
    });
  }
});

test("files elsewhere are not named, nor reached by links", async () => {
  const folder = workplace();
  const elsewhere = makeFolder();
  writeFileSync(join(elsewhere, "secret.jsonl"), rows);
  symlinkSync(elsewhere, join(folder, "link"));
  mkdirSync(join(folder, "inner"));
  const { call } = await assistant(folder);
  for (const file of [
    join(elsewhere, "secret.jsonl"),
    "../secret.jsonl",
    "inner/../../secret.jsonl",
    "link/secret.jsonl",
    "~/secret.jsonl",
    "rows.jsonl\0",
  ]) {
    expect(await call("validate_data", { file }), file).toMatchObject({
      isError: true,
      value: { error: { code: "FT-MCP-001" } },
    });
  }
  const settings = { model: { name: elsewhere }, data: { train_file: "rows.jsonl" } };
  expect(await call("estimate_run", { settings })).toMatchObject({
    value: { error: { code: "FT-MCP-001" } },
  });
  expect(await call("validate_data", { file: "none.jsonl" })).toMatchObject({ isError: true });
  expect(await call("validate_data", { file: 7 })).toMatchObject({ isError: true });
});

test("a run: estimated, started, followed to its end, shown, and its adapter asked", async () => {
  const folder = workplace();
  const { call } = await assistant(folder, "--allow-write");
  const settings = {
    model: { name: "builtin/tiny" },
    data: { train_file: "rows.jsonl" },
    optimization: { iters: 4 },
    output_dir: "out",
  };
  const { value: estimate } = await call("estimate_run", { settings });
  expect(estimate).toMatchObject({ steps: { total: 4 } });
  expect(Number(estimate["memoryEstimateBytes"])).toBeGreaterThan(1e6);
  const { value: started } = await call("start_run", { settings });
  let state: Record<string, unknown> = { ended: false, next: 0 };
  const kinds = new Set<string>();
  for (let turn = 0; turn < 60 && state["ended"] !== true; turn++) {
    const asked = { job: started["job"], after: state["next"], wait: 2 };
    state = (await call("follow_run", asked)).value;
    for (const { type } of state["events"] as { type: string }[]) kinds.add(type);
  }
  expect(state).toMatchObject({ status: "completed" });
  expect(kinds).toContain("unit-done");
  const { value: runs } = await call("list_runs");
  expect(runs["runs"]).toMatchObject([{ status: "completed", outputDir: join(folder, "out") }]);
  const { value: run } = await call("show_run", { run: join(folder, "out") });
  expect((run["trainLoss"] as unknown[]).length).toBeGreaterThan(0);
  const asked = { model: "out", prompt: "Say 3", maxTokens: 8 };
  expect((await call("ask_model", asked)).value).toMatchObject({ text: expect.any(String) });
});
