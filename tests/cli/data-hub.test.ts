// `ft data push` and `pull` against a fake hub: a set goes with its card in one commit, and comes back row by row.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeHub } from "../support/fake-hub.ts";
import { makeFolder } from "../support/folders.ts";
import { type Ended, runProgram } from "../support/program.ts";

const hub = new FakeHub();
const token = "hf_pushing";
let cwd: string;
let env: Record<string, string>;

const row = (at: number): unknown => ({
  messages: [
    { role: "user", content: `Q${at}` },
    { role: "assistant", content: `A${at}` },
  ],
});
const lines = (rows: readonly unknown[]): string =>
  rows.map((each) => `${JSON.stringify(each)}\n`).join("");
const ft = (...args: string[]): Promise<Ended> => runProgram(args, { cwd, env });

beforeAll(async () => {
  const endpoint = await hub.start();
  hub.accounts[token] = { name: "me" };
  cwd = makeFolder({ "rows.jsonl": lines([row(1), row(2)]) });
  const home = { FT_HOME: join(cwd, "home"), HF_HOME: join(cwd, "cache") };
  env = { HF_ENDPOINT: endpoint, HF_HUB_OFFLINE: "0", HF_TOKEN: token, ...home };
});
afterAll(() => hub.stop());

test("shown, sent once, and fetched again into a file and into the store", async () => {
  const dry = await ft("data", "push", "rows.jsonl", "me/chats", "--dry-run", "--json");
  expect(dry).toMatchObject({ code: 0 });
  const plan = JSON.parse(dry.stdout) as { files: { path: string }[]; card: string };
  expect(plan.files.map(({ path }) => path)).toContain("README.md");
  expect(plan.card).toContain("configs:");
  expect(plan.card).not.toContain(cwd);
  expect(hub.asked).toEqual([]);
  const first = await ft("data", "push", "rows.jsonl", "me/chats", "--private", "--json");
  expect(JSON.parse(first.stdout)).toMatchObject({ isNew: true });
  expect(hub.repositories["datasets/me/chats"]?.private).toBe(true);
  const again = await ft("data", "push", "rows.jsonl", "me/chats", "--json");
  expect(JSON.parse(again.stdout)).toMatchObject({ isNew: false, sent: [] });
  expect(hub.uploads.commits).toHaveLength(1);
  const pulled = await ft(
    "data",
    "pull",
    "me/chats",
    "-o",
    "back.jsonl",
    "--name",
    "chats",
    "--json",
  );
  expect(pulled).toMatchObject({ code: 0 });
  expect(JSON.parse(pulled.stdout)).toMatchObject({ rows: 2, version: { version: "chats@1" } });
  const back = readFileSync(join(cwd, "back.jsonl"), "utf8").trim().split("\n");
  expect(back.map((line) => JSON.parse(line) as unknown)).toMatchObject([row(1), row(2)]);
  // a version of the store goes as well, and changes what is there by one commit
  writeFileSync(join(cwd, "more.jsonl"), lines([row(1), row(2), row(3)]));
  await ft("data", "import", "more.jsonl", "--name", "chats");
  const newer = await ft("data", "push", "chats", "me/chats", "--json");
  expect(JSON.parse(newer.stdout)).toMatchObject({ isNew: true });
  expect(hub.uploads.commits).toHaveLength(2);
});

test("secrets stay here, and bad names, places and accounts are refused", async () => {
  const secret = `ghp_${"a1B2".repeat(9)}`;
  writeFileSync(join(cwd, "secret.jsonl"), lines([row(1), { text: `my token is ${secret}` }]));
  const refused = await ft("data", "push", "secret.jsonl", "me/leak");
  expect(refused).toMatchObject({ code: 4 });
  expect(refused.stderr).toContain("a token of GitHub");
  expect(refused.stderr + refused.stdout).not.toContain(secret);
  expect(hub.repositories["datasets/me/leak"]).toBeUndefined();
  expect(await ft("data", "push", "rows.jsonl", "no-user")).toMatchObject({ code: 2 });
  expect(await ft("data", "push", "rows.jsonl", "other/chats")).toMatchObject({ code: 6 });
  expect(await ft("data", "pull", "me/chats")).toMatchObject({ code: 2 });
  expect(await ft("data", "pull", "me/none", "-o", "none.jsonl")).toMatchObject({ code: 6 });
});
