import { expect, test } from "vitest";
import { layer } from "../../../src/app/config/layers.ts";
import { profiles } from "../../../src/app/config/profiles.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";

const attention = ["q_proj", "v_proj", "k_proj", "o_proj"];
const mlp = ["gate_proj", "up_proj", "down_proj"];

test.each([
  ["chat", "chatml", 2048, 8, 16, 0.1, attention, 2e-4, 2, 3, 100, "cosine"],
  ["instruction", "alpaca", 2048, 16, 32, 0.05, attention, 3e-4, 4, 3, 200, "linear"],
  ["code", "alpaca", 4096, 32, 64, 0.05, [...attention, ...mlp], 1e-4, 2, 5, 500, "cosine"],
] as const)(
  "%s is the documented table's row",
  (name, template, length, r, alpha, dropout, ...rest) => {
    const [modules, rate, batch, epochs, warmup, scheduler] = rest;
    const { config } = resolveConfig([layer("profile", name, { ...profiles.get(name) })]);
    expect(config.data).toMatchObject({ template, max_length: length });
    expect(config.lora).toMatchObject({ r, alpha, dropout, target_modules: modules });
    expect(config.optimization).toMatchObject({
      learning_rate: rate,
      batch_size: batch,
      epochs,
      warmup_steps: warmup,
      lr_scheduler: scheduler,
      weight_decay: 0.01,
    });
  },
);

test("there are three, and more can be registered", () => {
  expect(profiles.names()).toEqual(["chat", "instruction", "code"]);
  profiles.register("mine", { lora: { r: 3 } });
  expect(resolveConfig([layer("profile", "mine", { ...profiles.get("mine") })]).config.lora.r).toBe(
    3,
  );
});
