// The commands of docs/datasets.md that look into database and files, run as they stand.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../src/store/index.ts";
import { createFilledDataset, fileInStep } from "../../src/store/platform/index.ts";
import { makeFolder } from "../support/folders.ts";

const page = readFileSync(new URL("../../docs/datasets.md", import.meta.url), "utf8");
const commands = page
  .split("\n")
  .filter((line) => line.startsWith("sqlite3 ") || line.startsWith("cat "));

const isThere = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;

test.skipIf(!isThere("sqlite3") || !isThere("jq"))(
  "the page's commands show what is there",
  async () => {
    const home = makeFolder();
    mkdirSync(join(home, "datasets"));
    const store = await openStore(join(home, "store", "ft.db"));
    const { id } = await createFilledDataset(store, {
      wanted: { name: "seen", format: "instruction", folder: join(home, "datasets") },
      examples: [{ content: { instruction: "why", output: "because" } }],
    });
    await fileInStep(store, id);
    await store.close();
    const env = { ...process.env, FT_HOME: home };
    const said = commands.map((command) => {
      const { status, stdout, stderr } = spawnSync("sh", ["-c", command], {
        env,
        encoding: "utf8",
      });
      expect(`${command}: ${status} ${stderr}`).toBe(`${command}: 0 `);
      return stdout.trim();
    });
    expect(said[0]).toBe("1|seen|instruction|1");
    expect(said[2]).toBe('1|{"instruction":"why","output":"because"}');
    expect(said[3]?.toLowerCase()).toContain("create table datasets");
    expect(JSON.parse(said[4] ?? "")).toEqual({ instruction: "why", output: "because" });
    expect(said[5]).toBe("1");
  },
);
