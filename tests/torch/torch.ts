// The addon over libtorch for tests that hold it to MLX, or why there is none to hold. Both addons are loaded into one
// process; which one computes is changed with `inTorch`.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { afterAll, test } from "vitest";
import type { Binding } from "../../src/mx/binding.ts";
import { describeBackend } from "../../src/mx/index.ts";
import { addon, addonFile, MAIN_ADDON, useAddon } from "../../src/mx/loader.ts";

const NAME = "ft_native_torch";
const isBuilt = existsSync(addonFile(NAME));

/** Said in the title of what is skipped. */
const reason = isBuilt ? "" : " (skipped: make torch builds the addon)";

export function torchTest(title: string, body: () => Promise<void> | void): void {
  test.skipIf(!isBuilt)(`${title}${reason}`, body);
}

/** As the loader gives it: what the addon lacks is refused. */
export const torch = (): Binding => addon(NAME);

/** Names of the operations that the addon itself has. */
export function operationsOfTorch(): string[] {
  return isBuilt ? Object.keys(createRequire(import.meta.url)(addonFile(NAME)) as object) : [];
}

/** What `compute` makes of libtorch on the processor; MLX computes before and after. */
export async function inTorch<T>(compute: () => Promise<T> | T): Promise<T> {
  describeBackend();
  useAddon(NAME).setDefaultDevice("cpu");
  try {
    return await compute();
  } finally {
    useAddon(MAIN_ADDON);
  }
}

afterAll(() => void useAddon(MAIN_ADDON));
