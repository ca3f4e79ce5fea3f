// Killed with -9 at any point between database and file: after the next start both agree, and nothing is taken for a
// change by hand. A seeded slice of the points, all of them with FT_SOAK=1.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Random } from "../../../../src/core/random.ts";
import { checkStore, openStore } from "../../../../src/store/index.ts";
import {
  appendExamples,
  createDataset,
  exportText,
  fileInStep,
  readDataset,
  syncPlatformFiles,
} from "../../../../src/store/platform/index.ts";
import { makeFolder } from "../../../support/folders.ts";
import { fileStore } from "../../../support/open-stores.ts";
import { rounds } from "../../../support/soak.ts";

const program = fileURLToPath(new URL("../../../support/platform-writer.ts", import.meta.url));

const write = ({ path, id }: { path: string; id: number }, dieAt: number) =>
  spawnSync(process.execPath, ["--import", "tsx", program, path, String(id)], {
    encoding: "utf8",
    env: { ...process.env, FT_TEST_DIE_AT: String(dieAt) },
  });

async function made(): Promise<{ path: string; id: number; filePath: string }> {
  const path = join(makeFolder(), "ft.db");
  const store = await openStore(path);
  const wanted = { format: "instruction", folder: join(dirname(path), "sets") } as const;
  const { id, filePath } = await createDataset(store, wanted);
  const examples = Array.from({ length: 5 }, (_, n) => ({
    content: { instruction: `q${n}`, output: `a${n}` },
  }));
  await appendExamples(store.db, id, examples);
  await fileInStep(store, id);
  await store.close();
  return { path, id, filePath };
}

/** All points with FT_SOAK=1, else one of each name and some by chance. */
function triedOf(points: readonly string[]): number[] {
  const all = [...points.keys()];
  const random = Random.fromSeed(11);
  const torn = points.indexOf("in the middle of a write");
  const renamed = points.indexOf("after rename");
  const slice = [torn, renamed, ...random.shuffled(all).slice(0, 4)];
  return rounds({ slice: 0, soak: 1 }) === 1 ? all : slice;
}

test("killed at any point, database and file agree again", { timeout: 900_000 }, async () => {
  const points = JSON.parse(write(await made(), -1).stdout) as string[];
  expect(points.length).toBeGreaterThan(40);
  for (const at of triedOf(points)) {
    const set = await made();
    const point = `point ${at}, ${points[at]}`;
    expect(write(set, at).signal, point).toBe("SIGKILL");
    const store = await fileStore(set.path);
    const states = await syncPlatformFiles(store);
    expect(["same", "written"], point).toContain(states[0]?.state);
    let whole = "";
    for await (const part of exportText(store, set.id)) whole += part;
    const left = readFileSync(set.filePath, "utf8");
    expect(left, point).toBe(whole);
    const { exampleCount } = await readDataset(store, set.id);
    expect(left.split("\n").length - 1, point).toBe(exampleCount);
    expect(await syncPlatformFiles(store), point).toMatchObject([{ state: "same" }]);
    const names = readdirSync(dirname(set.filePath));
    expect(
      names.filter((name) => name.includes(".tmp-")),
      point,
    ).toEqual([]);
    expect(checkStore(set.path), point).toEqual([]);
  }
});
