// `ft upload`: what is shown before anything is sent, what stays here, and what a hub has at the end.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import type { UploadResult } from "../../src/app/share/upload/upload-result.ts";
import { FakeHub } from "../support/fake-hub.ts";
import { makeFolder } from "../support/folders.ts";
import { type Ended, runProgram, shortTraining, startProgram, until } from "../support/program.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

const hub = new FakeHub();
const token = "hf_knownToTheHub";
/** Looks like a token of GitHub, and is none. */
const canary = `ghp_${"Q7xR2mZk9TbW4vNc".repeat(3)}`;
const cwd = makeFolder();
let endpoint: string;
let model: string;
let made = 0;

beforeAll(async () => {
  endpoint = await hub.start();
  hub.accounts[token] = { name: "me" };
  model = await makeToyModel(join(cwd, "toy"));
  writeFileSync(join(model, "README.md"), "---\nlicense: apache-2.0\n---\n");
  const rows = writeRows(join(cwd, "rows.jsonl"), 12);
  const train = shortTraining({ model, rows, output: join(cwd, "run"), steps: 6 });
  const { code, stderr } = await runProgram([...train, "--report-every", "2"], { cwd });
  expect(code, stderr).toBe(0);
}, 300_000);
afterAll(() => hub.stop());
beforeEach(() => {
  hub.reset();
  hub.uploads.commits.length = 0;
});

const id = (): string => `me/model-${made++}`;

/** A copy of the run that a test may change, with these files. */
function runWith(files: Readonly<Record<string, string>> = {}): string {
  const run = join(makeFolder(), "run");
  cpSync(join(cwd, "run"), run, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(run, name)), { recursive: true });
    writeFileSync(join(run, name), content);
  }
  return run;
}

const environment = (): Record<string, string> => ({
  ...{ HF_ENDPOINT: endpoint, HF_TOKEN: token, HF_HUB_OFFLINE: "0" },
});

const ft = (...args: string[]): Promise<Ended> =>
  runProgram(["upload", ...args], { cwd, env: environment() });

async function uploaded(...args: string[]): Promise<UploadResult> {
  const { code, stdout, stderr } = await ft(...args, "--json");
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout) as UploadResult;
}

const headOf = (card: string): Record<string, unknown> =>
  parse(card.split("---\n")[1] ?? "") as Record<string, unknown>;

test("a dry run shows files, card, licence and secrets, and asks the hub nothing", async () => {
  const { plan } = { plan: await uploaded("run", id(), "--dry-run") };
  expect(plan.files.map(({ path }) => path)).toEqual([
    ...["README.md", "adapter_config.json", "adapters.safetensors"],
    ...["ft-manifest.json", "training.png"],
  ]);
  expect(plan).toMatchObject({ dryRun: true, commit: null, secrets: [], license: "apache-2.0" });
  expect(hub.asked).toEqual([]);
  const text = await ft("run", "me/shown", "--dry-run");
  expect(text.stdout).toMatch(/adapters\.safetensors +[\d.]+ KB/);
  expect(text.stdout).toContain("licence: apache-2.0");
});

test("the card tells base, data, settings and use, and no place on this disk", async () => {
  const { card } = await uploaded("run", "me/told", "--dry-run");
  expect(headOf(card)).toMatchObject({
    ...{ license: "apache-2.0", library_name: "mlx", pipeline_tag: "text-generation" },
    tags: expect.arrayContaining(["lora"]) as string[],
  });
  const { sha256 } = (
    JSON.parse(readFileSync(join(cwd, "run/final_model/ft-manifest.json"), "utf8")) as {
      data: { sha256: string }[];
    }
  ).data[0] ?? { sha256: "?" };
  for (const part of [sha256, "rows.jsonl", "lora.r", "learning_rate", "![", "mlx_lm.generate"])
    expect(card).toContain(part);
  for (const part of ["PeftModel", "ft generate", "ollama create"]) expect(card).toContain(part);
  expect(card).not.toContain(cwd);
});

test("a base on the hub is linked, as an adapter is to it", async () => {
  const { card } = await uploaded("run", id(), "--dry-run", "--base-model", "org/base");
  expect(headOf(card)).toMatchObject({ base_model: "org/base", base_model_relation: "adapter" });
  expect(card).toContain('AutoModelForCausalLM.from_pretrained("org/base")');
});

test("what is uploaded verifies where it arrives, and names no place on this disk", async () => {
  const name = id();
  const done = await uploaded("run", name, "--private", "--message", "First");
  expect(hub.uploads.commits).toMatchObject([{ id: done.commit, summary: "First" }]);
  const { files = {}, private: isPrivate } = hub.repositories[name] ?? {};
  expect(isPrivate).toBe(true);
  const there = makeFolder(files as never);
  const { code, stdout } = await runProgram(["verify", there, "--base-model", model], { cwd });
  expect(code, stdout).toBe(0);
  for (const [path, content] of Object.entries(files)) {
    if (!path.endsWith(".png")) expect(content.toString(), path).not.toContain(cwd);
  }
});

test("the same again makes no commit", async () => {
  const name = id();
  const first = await uploaded("run", name);
  const again = await uploaded("run", name);
  expect(again).toMatchObject({ commit: first.commit, isNew: false, sent: [] });
  expect(hub.uploads.commits).toHaveLength(1);
});

test("checkpoints go when that is asked for, on a branch", async () => {
  const { files, leftOut } = await uploaded("run", id(), "--checkpoints", "--revision", "all");
  expect(leftOut).toEqual([]);
  const paths = files.map(({ path }) => path);
  expect(paths).toContain("checkpoints/step-6/optimizer.safetensors");
  expect(hub.uploads.commits).toMatchObject([{ branch: "all" }]);
});

test("what holds secrets by its name, rows and leavings stay here, by name", async () => {
  const run = runWith({
    "final_model/.env": "HF_TOKEN=x",
    "final_model/train.jsonl": "{}",
    "final_model/optimizer.pt": "x",
    "final_model/id_rsa": "x",
    "final_model/notes.txt": `call it with ${canary}`,
    "final_model/plain.txt": "words",
  });
  const { files, leftOut, secrets } = await uploaded(run, id());
  expect(leftOut.map(({ path }) => path).toSorted()).toEqual([
    ...[".env", "id_rsa", "notes.txt", "optimizer.pt", "train.jsonl"],
  ]);
  expect(files.map(({ path }) => path)).toContain("plain.txt");
  expect(secrets).toEqual([
    { file: "notes.txt", kind: "a token of GitHub", line: 1, refused: false },
  ]);
});

/** A safetensors file without tensors, whose head says this. */
function headOnly(metadata: Record<string, string>): string {
  const head = Buffer.from(JSON.stringify({ __metadata__: metadata }));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(head.length));
  return Buffer.concat([size, head]).toString("latin1");
}

test.each([
  ["README.md", `# mine\n\nask ${canary}`, 3],
  ["adapter_config.json", JSON.stringify({ fine_tune_type: "lora", key: canary }), 1],
  ["extra.safetensors", headOnly({ by: canary }), null],
])(
  "a secret in %s keeps all from being uploaded, and is told by name alone",
  async (name, text, line) => {
    const run = runWith({ [`final_model/${name}`]: text });
    const { code, stdout, stderr } = await ft(run, id(), "--json");
    expect(code).toBe(4);
    expect(stdout).toContain("FT-UPLOAD-008");
    expect(stdout).toContain(line === null ? name : `${name}, line ${line}`);
    expect(stdout + stderr).not.toContain(canary);
    expect(hub.asked).toEqual([]);
  },
);

test("the token of the account is a secret, whatever it looks like", async () => {
  const run = runWith({ "final_model/README.md": `# mine\n${token}\n` });
  expect((await ft(run, id(), "--json")).stdout).toContain("FT-UPLOAD-008");
});

test("an author's card stays, with its head completed", async () => {
  const own = "---\n# chosen with care\nlicense: mit\ntags: [mine]\n---\n# My own words\n";
  const { card } = await uploaded(runWith({ "final_model/README.md": own }), id(), "--dry-run");
  expect(card).toMatch(
    /^---\n# chosen with care\nlicense: mit\ntags: \[mine\]\nlibrary_name: mlx\n/,
  );
  expect(card).toMatch(/---\n# My own words\n$/);
  expect(headOf(card)).toMatchObject({ license: "mit", tags: ["mine"] });
});

test("results of an evaluation of this adapter stand in the card, those of others do not", async () => {
  const evaluate = ["evaluate", "run", "--data", "rows.jsonl", "--num-samples", "3"];
  const asked = await runProgram([...evaluate, "--metrics", "exact_match", "-o", "asked"], { cwd });
  expect(asked.code, asked.stderr).toBe(0);
  const { card } = await uploaded("run", id(), "--dry-run", "--results", "asked");
  expect(card).toMatch(/## Evaluation\n\n\| metric \| this model \|\n.*\n\| exact_match \| \d/);
  const index = headOf(card)["model-index"] as { results: { metrics: object[] }[] }[];
  expect(index[0]?.results[0]?.metrics).toMatchObject([{ type: "exact_match" }]);
  const other = await ft(model, id(), "--dry-run", "--results", "asked", "--json");
  expect([other.code, other.stdout]).toEqual([2, expect.stringContaining("FT-UPLOAD-010")]);
});

test("an adapter is merged into its base first where that is asked for", async () => {
  const name = id();
  const done = await uploaded("run", name, "--merge-adapter", "--base-model", model);
  expect(done.files.map(({ path }) => path)).toContain("model.safetensors");
  expect(headOf(done.card)).toMatchObject({ library_name: "transformers" });
  expect(done.card).toContain("rows.jsonl");
  const there = makeFolder((hub.repositories[name]?.files ?? {}) as never);
  expect((await runProgram(["verify", there], { cwd })).code).toBe(0);
});

test("killed in the middle and called again, it ends with one commit and sends nothing twice", async () => {
  const name = id();
  hub.reset({ silent: true, only: "/commit/" });
  const killed = startProgram(["upload", "run", name], { cwd, env: environment() });
  await until(() => hub.asked.some((line) => line.includes("/commit/")));
  killed.process.kill("SIGKILL");
  await killed.ended;
  const before = hub.uploads.sent.length;
  hub.reset();
  const done = await uploaded("run", name);
  expect(done.isNew).toBe(true);
  expect(hub.uploads.commits).toHaveLength(1);
  expect(hub.uploads.sent).toHaveLength(before);
}, 300_000);

test("killed between the parts of a large file, it begins that file anew and ends with one commit", async () => {
  const name = id();
  const weights = readFileSync(join(cwd, "run/final_model/adapters.safetensors"));
  hub.uploads.stored.clear();
  hub.uploads.partBytes = Math.ceil(weights.length / 4);
  onTestFinished(() => void (hub.uploads.partBytes = Number.POSITIVE_INFINITY));
  hub.reset({ silent: true, only: "/3" });
  const killed = startProgram(["upload", "run", name], { cwd, env: environment() });
  await until(() => hub.asked.some((line) => /\/storage\/\w+\/3/.test(line)));
  killed.process.kill("SIGKILL");
  await killed.ended;
  expect(hub.uploads.commits).toHaveLength(0);
  hub.reset();
  expect((await uploaded("run", name)).isNew).toBe(true);
  expect(hub.uploads.commits).toHaveLength(1);
  expect(hub.repositories[name]?.files["adapters.safetensors"]).toEqual(weights);
}, 300_000);

test.each([
  ["a name that is none", ["run", "no name"], 2, "FT-UPLOAD-001"],
  ["a repository of others", ["run", "others/model"], 6, "FT-UPLOAD-004"],
  ["another token", ["run", "me/x", "--token", "hf_wrong"], 6, "FT-UPLOAD-003"],
  ["a folder of nothing", [".", "me/x"], 2, "FT-UPLOAD-009"],
  ["merging a whole model", ["toy", "me/x", "--merge-adapter", "-b", "toy"], 2, "FT-UPLOAD-012"],
  ["merging into nothing", ["run", "me/x", "--merge-adapter"], 2, "FT-UPLOAD-012"],
])("%s is refused with a way on", async (_, args, exit, code) => {
  const { code: ended, stdout } = await ft(...args, "--json");
  const { error } = JSON.parse(stdout) as { error: { code: string; hint: string } };
  expect([ended, error.code]).toEqual([exit, code]);
  expect(error.hint).toBeTruthy();
});
