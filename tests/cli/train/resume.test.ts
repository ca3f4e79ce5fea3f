// Resuming equals never having stopped: after kill -9 of the trainer, every number and every byte is the same.
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { bytesOf, factsOf } from "../../support/left-of-a-run.ts";
import { eventsOf, runProgram } from "../../support/program.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let data: string;
/** Kills the trainer with -9 as soon as it has reported step 23, three steps after its last checkpoint. */
let killer: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "resume");
  model = await makeToyModel(join(folder, "model"));
  data = writeRows(join(folder, "rows.jsonl"), 22);
  killer = join(folder, "killer.mjs");
  writeFileSync(
    killer,
    `const send = process.send?.bind(process);
     if (send) process.send = (message) => {
       const event = message.told?.event;
       if (event?.type === "step-reported" && event.step === 23) process.kill(process.pid, "SIGKILL");
       return send(message);
     };`,
  );
});

const common = [
  ...["--iters", "40", "--batch-size", "2", "--gradient-accumulation-steps", "2"],
  ...["--save-steps", "20", "--eval-steps", "8", "--report-every", "1", "--keep-checkpoints", "9"],
  ...["--template", "chatml", "--lr", "5e-3", "--warmup-steps", "5", "--json"],
];

const kinds = {
  "an adapter with dropout, AdamW": [
    ...["--method", "lora", "--lora-dropout", "0.1", "--target-modules", "all-linear"],
    ...["--optimizer", "adamw"],
  ],
  "every weight, Muon": ["--method", "full", "--optimizer", "muon"],
};

describe.each(Object.entries(kinds))("%s", (name, options) => {
  let straight: string;
  let broken: string;

  beforeAll(async () => {
    straight = join(folder, name, "straight");
    broken = join(folder, name, "broken");
    const train = ["train", "start", model, data, ...common, ...options];
    const whole = await runProgram([...train, "--output", straight]);
    expect(whole).toMatchObject({ code: 0 });
    const killed = await runProgram([...train, "--output", broken, "--extension", killer]);
    expect(killed.code).toBe(1);
    expect(killed.stderr).toContain("SIGKILL");
    expect(killed.stderr).toContain(`ft train resume '${broken}'`);
    const resumed = await runProgram(["train", "resume", broken, "--json"]);
    expect(resumed).toMatchObject({ code: 0, stderr: "" });
    expect(eventsOf(resumed.stdout)[0]).toMatchObject({ resumedFromStep: 20 });
  });

  test("every reported number is the same", () => {
    const expected = factsOf(straight);
    expect(Object.keys(expected)).toHaveLength(40 + 6);
    expect(factsOf(broken)).toEqual(expected);
  });

  test("weights, moments and state are the same bytes", () => {
    const files = bytesOf(straight);
    expect(Object.keys(files)).toContain("checkpoints/step-40/optimizer.safetensors");
    expect(bytesOf(broken)).toEqual(files);
  });
});

describe("a run that cannot be continued", () => {
  let run: string;

  beforeAll(async () => {
    run = join(folder, "refused");
    const train = ["train", "start", model, data, ...common, "--iters", "3", "--output", run];
    expect(await runProgram(train)).toMatchObject({ code: 0 });
  });

  test("a damaged checkpoint: each file is named, and the mend", async () => {
    const checkpoint = join(run, "checkpoints", "step-3");
    const weights = join(checkpoint, "trained", "adapters.safetensors");
    const before = readFileSync(weights);
    const changed = Buffer.from(before);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    writeFileSync(weights, changed);
    appendFileSync(join(checkpoint, "state.json"), " ");
    const { code, stderr } = await runProgram(["train", "resume", run]);
    expect(code).toBe(4);
    expect(stderr).toContain("FT-TRAIN-003");
    expect(stderr).toMatch(/trained\/adapters\.safetensors: content changed/);
    expect(stderr).toMatch(/state\.json: \d+ bytes, expected \d+/);
    expect(stderr).toContain(`rm -r ${checkpoint}`);
    rmSync(checkpoint, { recursive: true });
    const mended = await runProgram(["train", "resume", run, "--json"]);
    expect(mended).toMatchObject({ code: 0 });
    expect(readFileSync(weights)).toEqual(before);
  });

  test("changed rows: the file is named", async () => {
    const before = readFileSync(data, "utf8");
    try {
      writeFileSync(data, before.replace("plus one", "plus two"));
      const { code, stderr } = await runProgram(["train", "resume", run]);
      expect(code).toBe(4);
      expect(stderr).toContain("FT-RUN-008");
      expect(stderr).toContain(`${data}: content changed`);
    } finally {
      writeFileSync(data, before);
    }
  });

  test("another model in the same folder; not a template file that is gone: its text was kept", async () => {
    const template = join(folder, "rows.jinja");
    writeFileSync(template, "{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}");
    const other = join(folder, "changed");
    const output = join(folder, "over-changed");
    await makeToyModel(other);
    const train = ["train", "start", other, data, ...common, "--iters", "3", "--output", output];
    expect(await runProgram([...train, "--template", template])).toMatchObject({ code: 0 });

    writeFileSync(template, "{% for m in messages %}: {{ m.content }}{{ eos_token }}{% endfor %}");
    expect(await runProgram(["train", "resume", output])).toMatchObject({ code: 0 });
    rmSync(template);
    expect(await runProgram(["train", "resume", output])).toMatchObject({ code: 0 });

    const file = join(output, "config.json");
    const record = readFileSync(file, "utf8");
    writeFileSync(file, record.replace("{{ m.content }}", ": {{ m.content }}"));
    const reworded = await runProgram(["train", "resume", output]);
    expect(reworded).toMatchObject({ code: 3, stderr: expect.stringContaining("FT-RUN-011") });
    writeFileSync(file, record);

    const weights = join(other, "model.safetensors");
    writeFileSync(weights, new Uint8Array(readFileSync(weights)).fill(0, -64));
    const changed = await runProgram(["train", "resume", output]);
    expect(changed).toMatchObject({ code: 3, stderr: expect.stringContaining("FT-RUN-009") });
  });

  test("a length that is reached already, or two of them; a longer one is trained to", async () => {
    const resume = ["train", "resume", run, "--json"];
    const two = await runProgram([...resume, "--epochs", "2", "--iters", "9"]);
    expect(two).toMatchObject({ code: 2, stderr: expect.stringContaining("FT-USAGE-009") });
    const reached = await runProgram([...resume, "--iters", "3"]);
    expect(reached).toMatchObject({ code: 3, stderr: expect.stringContaining("FT-RUN-013") });
    const longer = await runProgram([...resume, "--iters", "4"]);
    const last = { type: "run-completed", totalSteps: 4 };
    expect(longer).toMatchObject({ code: 0 });
    expect(eventsOf(longer.stdout).at(-1)).toMatchObject(last);
  });

  test("a configuration with a key of another version: it is named, in words", async () => {
    const file = join(run, "config.json");
    const before = readFileSync(file, "utf8");
    try {
      writeFileSync(file, before.replace('"optimizer":', '"optimizzer":'));
      const { code, stderr } = await runProgram(["train", "resume", run]);
      expect(code).toBe(3);
      expect(stderr).toContain("FT-RUN-005");
      expect(stderr).toContain('"optimizzer"');
    } finally {
      writeFileSync(file, before);
    }
  });

  test("a folder that is no run", async () => {
    const { code, stderr } = await runProgram(["train", "resume", folder]);
    expect(code).toBe(3);
    expect(stderr).toContain(`FT-RUN-002: Not a run folder: ${folder} has no config.json`);
  });

  test("a folder whose config.json is not a run's", async () => {
    const { code, stderr } = await runProgram(["train", "resume", model]);
    expect(code).toBe(3);
    expect(stderr).toContain("FT-RUN-005");
    expect(stderr).toContain(join(model, "config.json"));
  });
});
