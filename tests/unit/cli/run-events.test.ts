import { describe, expect, test } from "vitest";
import { RunConfigSchema } from "../../../src/app/config/schema.ts";
import {
  BASE_MODEL_NOTICE,
  configurationBlock,
  RunScreen,
} from "../../../src/cli/render/run-events.ts";
import { watch } from "../../../src/cli/training.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import { type RunFact, RunEvent, stampEvent } from "../../../src/runs/index.ts";
import { completed, evaluated, failed, notice, started, stepped } from "../runs/facts.ts";
import { makeScreen, type ScreenOptions } from "./screen.ts";

const start = new Date("2026-11-21T12:00:00Z");
const later = (seconds: number): Date => new Date(start.getTime() + 1000 * seconds);

function shown(facts: RunFact[], options: ScreenOptions = {}): { out: string; err: string } {
  const { io, out, err } = makeScreen(options);
  const screen = new RunScreen(io);
  facts.forEach((fact, at) => screen.show(stampEvent("run", fact, later(10 * at))));
  return { out: out(), err: err() };
}

describe("plain lines, when piped", () => {
  test("one for each report, on stderr", () => {
    const { out, err } = shown([started(10), stepped(2), evaluated(2, 0.75), stepped(4)]);
    expect(out).toBe("");
    expect(err).toContain(
      "step 2/10  20%  loss 1.250  lr 0.00030  1842 tok/s  peak 1.5 GB  left 40s\n",
    );
    expect(err).toContain("step 2: validation loss 0.7500\n");
    expect(err).toContain("step 4/10  40%  loss 1.250  val 0.750");
    expect(err).not.toContain("\u001b");
  });

  test("the evaluation before the first step does not count for the time left", () => {
    const { err } = shown([started(10), evaluated(0, 0.75), stepped(2)]);
    expect(err).toContain("left 40s\n");
  });

  test("the start says what is trained, the data, and that a base model answers badly", () => {
    const { err } = shown([started()]);
    expect(err).toContain("125 of 10k parameters are trained (1.25 %)");
    expect(err).toContain("90 training rows, 10 validation rows");
    expect(err).toContain(BASE_MODEL_NOTICE);
  });

  test("the results stand on stdout", () => {
    const { out } = shown([started(), completed()]);
    expect(out).toBe(
      [
        "Results",
        "  Final Training Loss:   0.5123",
        "  Final Validation Loss: 0.6000",
        "  Total Steps:           10",
        "  Epochs Completed:      1",
        "Model saved to: output/final_model",
        "",
      ].join("\n"),
    );
  });

  test("a run that is resumed when all is done says how it would go on", () => {
    const again = { ...started(10), resumedFromStep: 10 } as RunFact;
    expect(shown([again]).err).toContain(
      "10 steps, continuing after step 10\nAll of them are done:",
    );
    const { err } = shown([{ ...started(10), resumedFromStep: 4 } as RunFact]);
    expect(err).not.toContain("All of them are done");
  });

  test("the end says how to ask an adapter, or a whole model", () => {
    const adapter = 'Ask it: ft generate builtin/tiny "…" --adapter output/final_model\n';
    expect(shown([started(), completed()]).err).toContain(adapter);
    const full = { ...started(), config: { method: "full" } } as RunFact;
    expect(shown([full, completed()]).err).toContain(
      'Ask it: ft generate output/final_model "…"\n',
    );
  });

  test("no validation loss is said as none", () => {
    const { out } = shown([{ ...completed(), finalValidationLoss: null } as RunFact]);
    expect(out).toContain("Final Validation Loss: none");
  });

  test("stopping says how to go on", () => {
    const { err } = shown([
      { type: "run-stopped", step: 3, checkpointPath: "o/checkpoints/step-3", outputDir: "o" },
      { type: "run-stopped", step: 4, checkpointPath: null, outputDir: "my run" },
    ]);
    expect(err).toContain("Stopped after step 3; saved to o/checkpoints/step-3.");
    expect(err).toContain("ft train resume o continues it.");
    expect(err).toContain("ft train resume 'my run' continues it.");
  });

  test("--quiet leaves the results", () => {
    const { out, err } = shown([started(), stepped(1), notice("hm"), completed()], { quiet: true });
    expect(err).toBe("");
    expect(out).toContain("Results");
  });
});

describe("on a terminal", () => {
  test("one line moves, and is cleared before other lines", () => {
    const facts = [started(1000), stepped(1), stepped(2), stepped(3), evaluated(3, 1)];
    const { err } = shown(facts, { tty: true });
    const moving = "\r\u001b[Kstep 2/1000";
    expect(err).toContain(moving);
    expect(err.slice(err.indexOf(moving))).not.toMatch(/left [^\r]*\n/);
    expect(err).toContain("\r\u001b[Kstep 3: validation loss 1.0000\n");
  });

  test("a line of each tenth of the run stays, with its loss", () => {
    const steps = Array.from({ length: 100 }, (_, at) => stepped(10 * (at + 1), 5 - at / 25));
    const { err } = shown([started(1000), ...steps], { tty: true });
    const kept = err.match(/step \d+\/1000 .*\n/g) ?? [];
    expect(kept.map((line) => /^step (\d+).*loss (\S+)/.exec(line)?.slice(1, 3))).toEqual([
      ["10", "5.000"],
      ...Array.from({ length: 10 }, (_, at) => [
        `${100 * (at + 1)}`,
        (5 - (10 * (at + 1) - 1) / 25).toFixed(3),
      ]),
    ]);
  });

  test("--quiet keeps none", () => {
    const { err } = shown([started(10), stepped(1), stepped(9)], { tty: true, quiet: true });
    expect(err).toBe("");
  });

  test("the line is never wider than the terminal", () => {
    const { err } = shown([started(1e9), stepped(123_456_789), stepped(123_456_790)], {
      tty: true,
    });
    const line = err.split("\r\u001b[K").at(-1) ?? "";
    expect(line.length).toBeLessThan(100);
  });
});

describe("--json", () => {
  test("every line is an event, and nothing else is on stdout", () => {
    const { io, out, err } = makeScreen({ json: true });
    const { onEvent, exitCode } = watch(io);
    for (const fact of [started(), stepped(1, null), completed()]) onEvent(stampEvent("r", fact));
    io.note("talk");
    const events = out()
      .trimEnd()
      .split("\n")
      .map((line) => RunEvent.parse(JSON.parse(line)));
    expect(events.map((event) => event.type)).toEqual([
      "run-started",
      "step-reported",
      "run-completed",
    ]);
    expect(err()).toBe("");
    expect(exitCode()).toBe(0);
  });

  test("a failure before the run is a run-failed line", () => {
    const { io, out } = makeScreen({ json: true });
    watch(io);
    io.tellFailure(
      new ConfigError("FT-CONFIG-005", { message: "bad", hint: "mend", problems: ["x"] }),
    );
    expect(RunEvent.parse(JSON.parse(out()))).toMatchObject({
      type: "run-failed",
      code: "FT-CONFIG-005",
      message: "bad",
      hint: "mend",
      problems: ["x"],
    });
  });

  test("a failure that the run told itself is not told twice", () => {
    const { io, out } = makeScreen({ json: true });
    watch(io).onEvent(stampEvent("r", failed()));
    io.tellFailure(new ConfigError("FT-TRAIN-001", { message: "no" }));
    expect(out().trimEnd().split("\n")).toHaveLength(1);
  });

  test("a run that was stopped ends with 130", () => {
    const { io } = makeScreen({ json: true });
    const watched = watch(io);
    watched.onEvent(
      stampEvent("r", { type: "run-stopped", step: 1, checkpointPath: null, outputDir: "o" }),
    );
    expect(watched.exitCode()).toBe(130);
  });
});

describe("the configuration block", () => {
  test("a scale that is given stands in the place of alpha", () => {
    const block = configurationBlock(RunConfigSchema.parse({ lora: { scale: 20 } }));
    expect(block).toContain("LoRA Rank:     8 (scale 20)\n");
  });

  test("names what the run is set to do", () => {
    const config = RunConfigSchema.parse({
      model: { name: "org/m" },
      data: { train_file: "d.jsonl" },
    });
    expect(configurationBlock(config).split("\n")).toEqual([
      "  Model:         org/m",
      "  Data:          d.jsonl",
      "  Template:      auto",
      "  LoRA Rank:     8 (α=16)",
      "  Learning Rate: 0.0003",
      "  Batch Size:    1",
      "  Epochs:        3",
      "  Output:        ./output",
    ]);
  });

  test("says steps where steps were asked for, and full where every weight is trained", () => {
    const config = RunConfigSchema.parse({ method: "full", optimization: { iters: 40 } });
    const text = configurationBlock(config);
    expect(text).toContain("Steps:         40");
    expect(text).toContain("Trains:        every weight");
    expect(text).not.toContain("LoRA");
  });
});
