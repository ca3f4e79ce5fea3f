// An adapter fetched from the service of the tests, in mlx-lm itself and here: the same logits.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { downloadRemote } from "../../../src/app/remote/download-remote.ts";
import { loadModel } from "../../../src/generate/load-model.ts";
import { makeFolder } from "../../support/folders.ts";
import { adapterFiles } from "../../support/remote-adapter.ts";
import { tarBytes } from "../../support/tar-bytes.ts";
import { fakeTinker, openSession, trainingClient, watched } from "../../support/tinker.ts";
import { makeToyModel } from "../../support/toy-model.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const script = fileURLToPath(new URL("../share/adapter_forms.py", import.meta.url));
const ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];

/** Of a logit: float32 sums of two layers, and an adapter's. */
const tolerance = 1e-5;

async function logitsOf(name: string, adapter?: string): Promise<number[]> {
  const model = await loadModel(name, { dtype: "float32", ...(adapter && { adapter }) });
  const { data } = model.forward(ids);
  model.dispose();
  return [...data];
}

async function inMlxLm(base: string, adapter: string): Promise<number[]> {
  const jobs = join(makeFolder(), "jobs.json");
  writeFileSync(jobs, JSON.stringify([{ name: "fetched", in: "mlx", base, adapter, ids }]));
  const { stdout } = await promisify(execFile)(python, [script, jobs], { maxBuffer: 1e8 });
  const told = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
    logits?: number[][];
    error?: string;
  };
  if (told.logits === undefined) throw new Error(told.error);
  return told.logits.flat();
}

const apart = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? Infinity))), 0);

for (const kind of ["files", "archive"] as const) {
  test(`an adapter that came as ${kind} has one set of logits in mlx-lm and here`, async () => {
    const base = await makeToyModel(join(makeFolder(), "base"), {
      config: { rms_norm_eps: 1e-6, rope_theta: 10_000, tie_word_embeddings: false },
    });
    const files = await adapterFiles(base);
    const archive = tarBytes(Object.entries(files).map(([name, bytes]) => ({ name, bytes })));
    const fake = await fakeTinker(kind === "files" ? { files } : { archive });
    if (kind === "archive")
      fake.trouble = ({ path }) => (path.endsWith("external") ? { status: 404 } : undefined);
    const client = await trainingClient(await openSession(watched(fake).options));
    await client.saveState("one");
    const from = await client.saveForSampler("one");
    const folder = join(makeFolder(), "fetched");
    const options = { environment: fake.environment() };
    await downloadRemote({ from, folder, forms: ["peft", "mlx"], baseModel: base }, options);
    const [plain, peft, mlx] = [
      await logitsOf(base),
      await logitsOf(base, join(folder, "peft")),
      await logitsOf(base, join(folder, "mlx")),
    ];
    expect(apart(peft, plain)).toBeGreaterThan(100 * tolerance);
    expect(apart(mlx, peft)).toBeLessThanOrEqual(tolerance);
    expect(apart(await inMlxLm(base, join(folder, "mlx")), mlx)).toBeLessThanOrEqual(tolerance);
  });
}
