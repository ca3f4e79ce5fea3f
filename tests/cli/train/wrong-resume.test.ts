// That the comparison of a resumed run with an untouched one can fail: each thing that a checkpoint keeps, lost or changed
// behind the manifest's back, gives other bytes. What is only half there is noticed before, and made again.
import { createHash } from "node:crypto";
import { cpSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, inject, test } from "vitest";
import { readPointer } from "../../../src/runs/index.ts";
import { bytesOf } from "../../support/left-of-a-run.ts";
import { runProgram } from "../../support/program.ts";
import { makeTortureInputs, trainingOf } from "../../support/torture-kinds.ts";

const dying = fileURLToPath(new URL("../../fixtures/train/dies-at.mjs", import.meta.url));

let folder: string;
let broken: string;
let expected: Record<string, string>;

beforeAll(async () => {
  folder = join(inject("runFolder"), "wrong-resume");
  await makeTortureInputs(folder);
  // The seed splits rows, too: without validation it is order and dropout alone.
  const training = (run: string): string[] =>
    trainingOf("lora, prefix kept", folder, run, ["--val-split", "0"]);
  const whole = join(folder, "whole");
  expect(await runProgram(training(whole))).toMatchObject({ code: 0 });
  expected = bytesOf(whole);
  broken = join(folder, "broken");
  const env = { FT_TEST_POINTS: "/dev/null", FT_TEST_DIE_AT: "4 event step-reported" };
  const killed = await runProgram([...training(broken), "--extension", dying], { env });
  expect(killed.code).toBeNull();
});

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Another file in the checkpoint that the run goes on from, its manifest as if it had been so from the start. */
function change(run: string, name: string, to: (bytes: Buffer) => Buffer): void {
  const checkpoint = readPointer(run, "latest")?.path ?? "";
  const path = join(checkpoint, name);
  const bytes = to(readFileSync(path));
  writeFileSync(path, bytes);
  const manifest = join(checkpoint, "manifest.json");
  const content = JSON.parse(readFileSync(manifest, "utf8"));
  content.files[name] = { bytes: bytes.length, sha256: sha256(bytes) };
  writeFileSync(manifest, JSON.stringify(content));
}

/** All that follows the header of a safetensors file. */
const zeroed = (bytes: Buffer): Buffer => {
  const changed = Buffer.from(bytes);
  return changed.fill(0, 8 + Number(bytes.readBigUInt64LE(0)));
};

const states = (run: string): string => join(run, "prefix-states.bin");

const losses: Record<string, (run: string) => void> = {
  "the optimizer's moments": (run) => change(run, "optimizer.safetensors", zeroed),
  "how many updates there were": (run) =>
    change(run, "state.json", (bytes) =>
      Buffer.from(JSON.stringify({ ...JSON.parse(bytes.toString()), optimizerSteps: 0 })),
    ),
  "the seed of order and dropout": (run) => {
    const file = join(run, "config.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"seed": 42', '"seed": 43'));
  },
  "the frozen blocks' states": (run) => {
    const bytes = readFileSync(states(run));
    for (let at = 0; at < bytes.length; at += 4) bytes.writeFloatLE(1 + bytes.readFloatLE(at), at);
    writeFileSync(states(run), bytes);
    const beside = `${states(run)}.json`;
    const kept = JSON.parse(readFileSync(beside, "utf8"));
    writeFileSync(beside, JSON.stringify({ ...kept, sha256: sha256(bytes) }));
  },
};

/** A copy of the killed run, with something done to it, gone on with to its end. */
async function resumedAfter(name: string, harm: (run: string) => void): Promise<string> {
  const run = join(folder, name.replaceAll(/\W/g, "-"));
  cpSync(broken, run, { recursive: true });
  harm(run);
  const resumed = await runProgram(["train", "resume", run, "--no-isolate", "--json"]);
  expect(resumed).toMatchObject({ code: 0 });
  return run;
}

test.each(Object.entries(losses))("%s, lost: other bytes", async (name, harm) => {
  expect(bytesOf(await resumedAfter(name, harm))).not.toEqual(expected);
});

test.each([
  ["nothing", () => undefined],
  ["half of the frozen blocks' states", (run) => truncateSync(states(run), 1000)],
  [
    "a checkpoint that was being written",
    (run) =>
      cpSync(
        join(run, "checkpoints", "step-2"),
        join(run, "checkpoints", ".step-9.tmp-1-00000000"),
        { recursive: true },
      ),
  ],
] as [string, (run: string) => void][])("%s, lost: the same bytes", async (name, harm) => {
  const run = await resumedAfter(name, harm);
  expect(bytesOf(run)).toEqual(expected);
  expect(existsSync(states(run))).toBe(false);
});
