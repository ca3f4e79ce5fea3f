// A small model of the hub, end to end. Only where it is asked for: it needs the network and a few hundred megabytes.
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { runProgram } from "../support/program.ts";

const isAsked = process.env["FT_REAL_MODEL_ENABLE"] === "1";
const model = process.env["FT_TEST_MODEL"] ?? "HuggingFaceTB/SmolLM2-135M-Instruct";

test.skipIf(!isAsked)(
  "trains a few steps and answers (skipped: FT_REAL_MODEL_ENABLE=1 asks for it)",
  async () => {
    const output = join(inject("runFolder"), "real-model");
    // Tests block the network in their own processes and keep the program from the hub.
    const env = { NODE_OPTIONS: "", HF_HUB_OFFLINE: "" };
    const args = ["train", "quick", model, "--iters", "3", "--output", output, "--json"];
    const trained = await runProgram(args, { env });
    expect(trained.code, trained.stderr).toBe(0);
    const adapter = join(output, "final_model");
    const ask = ["generate", model, "Hello", "--adapter", adapter, "--max-tokens", "8", "--json"];
    const answered = await runProgram(ask, { env });
    expect(answered.code, answered.stderr).toBe(0);
    expect((JSON.parse(answered.stdout) as { tokenIds: number[] }).tokenIds.length).toBeGreaterThan(
      0,
    );
  },
);
