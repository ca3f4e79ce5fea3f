// What nvidia-smi tells, with a program in its place: a GPU, its memory, and each reason why there is none that can be used.
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findNvidiaGpu, gpuIn, tooOld } from "../../../src/mx/backends/nvidia.ts";
import { makeFolder } from "../../support/folders.ts";

/** A path with a program that prints this, and ends with this code. */
function withProgram(said: string, code = 0): { PATH: string; args(): string } {
  const folder = makeFolder();
  const file = join(folder, "nvidia-smi");
  const kept = join(folder, "args");
  writeFileSync(file, `#!/bin/sh\necho "$@" > '${kept}'\necho '${said}'\nexit ${code}\n`);
  chmodSync(file, 0o755);
  return {
    PATH: `${makeFolder()}:${folder}:/usr/bin:/bin`,
    args: () => readFileSync(kept, "utf8"),
  };
}

const line = "NVIDIA GeForce RTX 4090, 24564, 20000, 580.65.06, 8.9";

test("a GPU is told with its own memory, whole and free", () => {
  const { PATH, args } = withProgram(line);
  expect(findNvidiaGpu({ PATH })).toEqual({
    ...{ name: "NVIDIA GeForce RTX 4090", driver: "580.65.06", capability: 8.9 },
    ...{ totalBytes: 24_564 * 2 ** 20, freeBytes: 20_000 * 2 ** 20 },
  });
  expect(args()).toContain("--query-gpu=name,memory.total,memory.free,driver_version,compute_cap");
  expect(args()).not.toContain("--id");
});

test("of several, the first that CUDA sees is asked for", () => {
  const { PATH, args } = withProgram(line);
  findNvidiaGpu({ PATH, CUDA_VISIBLE_DEVICES: "2,0" });
  expect(args()).toContain("--id=2");
});

test.each([
  ["no driver", { PATH: "/nowhere" }, /nvidia-smi is not on the path/],
  ["hidden", { PATH: "/nowhere", CUDA_VISIBLE_DEVICES: "" }, /hides every GPU/],
  ["hidden by -1", { PATH: "/nowhere", CUDA_VISIBLE_DEVICES: "-1" }, /hides every GPU/],
  ["no device", withProgram("No devices were found", 6), /finds no GPU: No devices were found/],
  ["a driver that is broken", withProgram("", 9), /finds no GPU: it ended with 9/],
  ["words that are no GPU", withProgram("[N/A], [N/A], [N/A], [N/A], [N/A]"), /tells of no GPU/],
])("%s: is a reason, not an error", (_, { PATH, ...rest }, reason) => {
  const environment =
    "CUDA_VISIBLE_DEVICES" in rest
      ? { PATH, CUDA_VISIBLE_DEVICES: rest.CUDA_VISIBLE_DEVICES }
      : { PATH };
  expect(findNvidiaGpu(environment)).toMatch(reason);
});

test("an old driver and an old GPU are told with what is needed", () => {
  const found = gpuIn(line);
  expect(found && tooOld(found)).toBeUndefined();
  expect(tooOld({ ...found!, driver: "535.1" })).toMatch(/535\.1 is older than 580/);
  expect(tooOld({ ...found!, capability: 6.1, name: "P100" })).toMatch(/P100.*6\.1.*7\.5/);
});
