// The settings of a run as a form: fields of the schema, values with origins, what is wrong at which field, the command
// line, a run that starts.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formFields } from "../../../src/app/config/form-fields.ts";
import { RunConfigSchema } from "../../../src/app/config/schema.ts";
import { optionsOf } from "../../../src/core/options.ts";
import { testStudio } from "../../support/studio.ts";

const row = JSON.stringify({
  messages: [
    { role: "user", content: "a" },
    { role: "assistant", content: "b" },
  ],
});

async function filled(values: object, more: object = {}) {
  const studio = await testStudio();
  const { status, body } = await studio.client.call("postV1TrainForm", {
    body: { values, ...more },
  });
  expect(status).toBe(200);
  const by = new Map(body.fields.map((field: { key: string }) => [field.key, field]));
  return { studio, body, field: (key: string) => by.get(key) as Record<string, unknown> };
}

test("every setting is a field, but those that help hides", async () => {
  const { client } = await testStudio();
  const { body } = await client.call("getV1TrainForm", {});
  const shown = optionsOf(RunConfigSchema).filter(({ flag }) => flag.hidden !== true);
  expect(body.fields.map(({ key }: { key: string }) => key).toSorted()).toEqual(
    shown.map(({ key }) => key).toSorted(),
  );
  const groups = new Set(body.groups.map(({ name }: { name: string }) => name));
  for (const { group } of body.fields) expect(groups).toContain(group);
  expect(body.profiles.map(({ name }: { name: string }) => name)).toContain("chat");
  const rank = formFields().find(({ key }) => key === "lora.r");
  expect(rank).toMatchObject({ kind: "integer", minimum: 0, default: 8, flag: "--lora-rank" });
  expect(rank?.exclusive.minimum).toBe(true);
  const dropout = formFields().find(({ key }) => key === "lora.dropout");
  expect(dropout).toMatchObject({ minimum: 0, maximum: 1, exclusive: { maximum: true } });
});

test("a value is from the form, a profile, the environment, a file, or the default", async () => {
  const studio = await testStudio({ environment: { FT_SEED: "7" } });
  writeFileSync(join(studio.home, "config.yaml"), "lora:\n  r: 4\n");
  const { body } = await studio.client.call("postV1TrainForm", {
    body: { values: { "optimization.epochs": 2 }, profile: "chat" },
  });
  const origin = (key: string): string =>
    body.fields.find((field: { key: string }) => field.key === key).origin;
  expect(origin("optimization.epochs")).toBe("flag:form");
  expect(origin("optimization.learning_rate")).toBe("profile:chat");
  expect(origin("seed")).toBe("environment:FT_SEED");
  expect(origin("lora.r")).toBe(`user:${join(studio.home, "config.yaml")}`);
  expect(origin("lora.use_rslora")).toBe("default");
  expect(origin("output_dir")).toBe("preset:form");
});

test("what is wrong is said at its field, and the other values stay", async () => {
  const { body, field } = await filled({
    "model.name": "builtin/tiny",
    "optimization.batch_size": -1,
    "lora.rank": 3,
    "optimization.epochs": 1.5,
  });
  const at = Object.fromEntries(
    body.problems.map((one: { field: string; message: string }) => [one.field, one.message]),
  );
  expect(at["optimization.batch_size"]).toBe("Batch size must be positive");
  expect(at["lora.rank"]).toContain("no such setting");
  expect(field("optimization.epochs")["value"]).toBe(1.5);
  expect(body).toMatchObject({ ready: false, command: [] });
});

test("a form without model and data says what is missing; advice stands at its field", async () => {
  const { body } = await filled({ "lora.r": 128, "optimization.epochs": 9 });
  expect(body.problems.map(({ field }: { field: string }) => field)).toEqual([
    "model.name",
    "data.train_file",
  ]);
  const advised = body.advice.map(({ field }: { field: string }) => field);
  expect(advised).toEqual(expect.arrayContaining(["lora.r", "optimization.epochs"]));
});

test("of a full fine-tuning, the rank of adapters counts for nothing", async () => {
  const { field } = await filled({ method: "full" });
  expect(field("lora.r")["counts"]).toBe(false);
  expect(field("optimization.epochs")["counts"]).toBe(true);
});

test("the command line says what was set here and nothing else", async () => {
  const studio = await testStudio();
  const data = join(studio.home, "rows one.jsonl");
  writeFileSync(data, `${row}\n`);
  const output = join(studio.home, "out");
  const { body } = await studio.client.call("postV1TrainForm", {
    body: {
      profile: "chat",
      values: {
        "model.name": "builtin/tiny",
        "data.train_file": data,
        "lora.target_modules": ["q_proj", "o_proj"],
        "optimization.gradient_checkpointing": true,
        "optimization.bias_correction": false,
        output_dir: output,
      },
    },
  });
  expect(body.problems).toEqual([]);
  expect(body.command.join(" ")).toBe(
    `ft train start builtin/tiny '${data}' --profile chat --target-modules q_proj,o_proj ` +
      "--no-bias-correction --gradient-checkpointing --eval-steps 50 --sample-rows 3 --report-every 1 " +
      `--output ${output}`,
  );
});

test("a run starts with origins in its job; a folder that a job has is not put forward again", async () => {
  const studio = await testStudio();
  const data = join(studio.home, "rows.jsonl");
  writeFileSync(data, `${row}\n`);
  const values = { "model.name": "builtin/tiny", "data.train_file": data };
  const start = async () => await studio.client.call("postV1TrainFormStart", { body: { values } });
  const first = await start();
  expect(first.status).toBe(200);
  expect(first.body).toMatchObject({ kind: "training", status: "pending" });
  const { config, origins } = first.body.parameters;
  expect(origins["model.name"]).toBe("flag:form");
  expect(config.output_dir).toBe(join(studio.home, "trained", "tiny-rows"));
  const second = await start();
  expect(second.body.parameters.config.output_dir).toBe(`${config.output_dir}-2`);
  const wrong = await studio.client.call("postV1TrainFormStart", { body: { values: {} } });
  expect(wrong.status).toBe(422);
  expect(wrong.body.error.field).toBe("model.name");
});
