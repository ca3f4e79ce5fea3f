// `ft models`: one list with what each model needs, search on a hub, pulling, and deleting from the cache.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { presets } from "../../src/app/config/presets.ts";
import { FakeHub } from "../support/fake-hub.ts";
import { makeFolder } from "../support/folders.ts";
import { type Ended, runProgram } from "../support/program.ts";
import { realEncoder } from "../support/real-model.ts";
import { makeToyModel } from "../support/toy-model.ts";

const hub = new FakeHub();
const id = "org/toy";
let endpoint: string;
let toy: string;

const template =
  "{% if tools %}{{ tools }}{% endif %}{% for message in messages %}<|im_start|>{{ message.content }}<|im_end|>{% endfor %}";

interface Listed {
  models: { name: string; source: string; memoryBytes: number | null; problem: string | null }[];
}

function place(): { cwd: string; env: Record<string, string> } {
  const cwd = makeFolder();
  const env = {
    HF_ENDPOINT: endpoint,
    HF_HOME: join(cwd, "cache"),
    HF_HUB_OFFLINE: "0",
    FT_HOME: join(cwd, "home"),
  };
  return { cwd, env };
}

const json = <T>({ stdout }: Ended): T => JSON.parse(stdout) as T;

beforeAll(async () => {
  endpoint = await hub.start();
  toy = await makeToyModel(join(makeFolder(), "model"));
  writeFileSync(join(toy, "chat_template.jinja"), template);
  const read = readdirSync(toy).map((name) => [name, readFileSync(join(toy, name))]);
  const files = Object.fromEntries(read) as Record<string, Buffer>;
  const tags = ["safetensors", "llama", "license:apache-2.0"];
  const refs = { main: "a".repeat(40) };
  const repository = { refs, files, tags, downloads: 10, parameters: { F32: 37_184 } };
  hub.repositories[id] = repository;
  hub.repositories["mlx-community/toy"] = { ...repository, downloads: 20 };
  hub.repositories["org/gated-toy"] = { ...repository, gated: "manual" };
  hub.repositories["org/other-toy"] = {
    ...repository,
    files: { ...files, "config.json": Buffer.from('{"model_type":"rwkv7"}') },
  };
  hub.repositories["org/own-code"] = {
    ...repository,
    files: {
      ...files,
      "config.json": Buffer.from(
        '{"model_type":"acme","auto_map":{"AutoModelForCausalLM":"modeling_acme.AcmeForCausalLM"}}',
      ),
    },
  };
});
afterAll(() => hub.stop());

test("pull, list, info, delete", async () => {
  const here = place();
  expect((await runProgram(["models", "pull", id], here)).code).toBe(0);
  await makeToyModel(join(here.cwd, "mine"));
  const listed = json<Listed>(await runProgram(["models", "list", "--json"], here)).models;
  // a sentence encoder that has been fetched is listed too, and cannot be trained
  const trainable = listed.filter(({ name }) => name !== realEncoder);
  const names = trainable.map(({ name, source }) => `${source} ${name}`);
  expect(names).toContain("builtin builtin/tiny");
  expect(names).toContain("local mine");
  expect(names).toContain(`cache ${id}`);
  for (const { name, memoryBytes } of trainable) expect(memoryBytes, name).toBeGreaterThan(1e6);
  const shown = (await runProgram(["models", "list"], here)).stdout;
  expect(shown).toMatch(/^mine +local +llama +37\.2k +149 KB +\d/m);
  const info = json<object>(await runProgram(["models", "info", id, "--json"], here));
  expect(info).toMatchObject({
    license: "apache-2.0",
    baseModel: false,
    template: { tools: true, markers: expect.arrayContaining(["<|im_start|>"]) },
    layers: [
      { kind: "block", experts: 1, parameters: expect.any(Number) },
      { kind: "block", experts: 1, parameters: expect.any(Number) },
    ],
    quantization: null,
    mapping: { tied: [], ignored: [] },
  });
  const asked = await runProgram(["models", "delete", id], here);
  expect([asked.code, asked.stderr.includes("FT-USAGE-011")]).toEqual([2, true]);
  const deleted = await runProgram(["models", "delete", id, "--yes", "--json"], here);
  expect(json<object>(deleted)).toMatchObject({
    deleted: [{ name: id, bytes: expect.any(Number) }],
  });
  expect(existsSync(join(here.cwd, "cache/hub/models--org--toy"))).toBe(false);
  const again = await runProgram(["models", "delete", id, "--yes"], here);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain("FT-MODEL-031");
  const folder = await runProgram(["models", "delete", "mine", "--yes"], here);
  expect(folder.stderr).toContain("rm -r mine");
  expect(existsSync(join(here.cwd, "mine/config.json"))).toBe(true);
});

test("the memory that a list tells is what ft train quick is estimated to take here", async () => {
  const here = place();
  const file = join(here.cwd, "quick.yaml");
  const quick = presets.quick;
  writeFileSync(file, JSON.stringify({ ...quick, model: { name: "builtin/tiny" } }));
  const checked = json<{ memoryPlan: { residentBytes: number } }>(
    await runProgram(["train", "validate", file, "--json"], here),
  );
  const { models } = json<Listed>(await runProgram(["models", "list", "--json"], here));
  const told = models.find(({ name }) => name === "builtin/tiny")?.memoryBytes ?? 0;
  const { residentBytes } = checked.memoryPlan;
  expect(told).toBeGreaterThanOrEqual(residentBytes);
  expect(told).toBeLessThan(1.1 * residentBytes);
  const shown = (await runProgram(["models", "list"], here)).stdout;
  expect(shown).toMatch(/ TRAIN QUICK$/m);
  expect(shown).toContain("estimated memory of ft train quick MODEL");
});

test("search shows what can be trained, most downloaded first, and what that needs", async () => {
  const here = place();
  const { models } = json<Listed>(await runProgram(["models", "search", "toy", "--json"], here));
  expect(models.map(({ name }) => name)).toEqual(["mlx-community/toy", id, "org/gated-toy"]);
  expect(models[0]?.memoryBytes).toBeGreaterThan(1e6);
  expect(models[2]).toMatchObject({
    problem: `gated: accept the conditions at ${endpoint}/org/gated-toy`,
  });
  const none = await runProgram(["models", "search", "nothing-like-that"], here);
  expect(none.stdout).toContain("No model that can be trained here");
});

test("what is not built is refused before its weights travel", async () => {
  const here = place();
  hub.reset();
  const other = await runProgram(["models", "pull", "org/other-toy"], here);
  expect([other.code, other.stderr.includes("FT-MODEL-002")]).toEqual([3, true]);
  const code = await runProgram(["models", "pull", "org/own-code"], here);
  expect(code.code).toBe(3);
  expect(code.stderr).toContain("modeling_acme.py");
  expect(code.stderr).toContain("never run");
  const ranges = hub.headers.map(({ range }) => range);
  const whole = hub.asked.filter(
    (line, at) => line.includes("model.safetensors") && ranges[at] === undefined,
  );
  expect(whole).toEqual([]);
});

test("a list goes on past models that cannot be read", async () => {
  const here = place();
  await makeToyModel(join(here.cwd, "broken"));
  writeFileSync(join(here.cwd, "broken/model.safetensors"), "no weights");
  const { models } = json<Listed>(await runProgram(["models", "list", "--json"], here));
  const broken = models.find(({ name }) => name === "broken");
  expect(broken).toMatchObject({
    memoryBytes: null,
    problem: expect.stringContaining("safetensors"),
  });
});
