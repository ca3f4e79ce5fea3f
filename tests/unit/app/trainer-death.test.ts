import { expect, test } from "vitest";
import { deathOfTrainer, isCrash } from "../../../src/app/train/trainer-death.ts";
import { stampEvent } from "../../../src/runs/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { stepped } from "../runs/facts.ts";

const dead = (signal: string | null, code: number | null = null, lastWords = "") => ({
  code,
  signal,
  lastWords,
});

test.each([
  ["SIGKILL", /often: out of memory/, /--batch-size/],
  ["SIGABRT", /a crash in native code/, /--batch-size .*; .* ft info/],
  ["SIGSEGV", /a crash in native code/, /--batch-size/],
  ["SIGTERM", /somebody ended it/, /run the command again/],
])("%s: what it was, and what to do", (signal, likely, mend) => {
  const begun = makeFolder({ "config.json": "{}" });
  const error = deathOfTrainer(begun, dead(signal));
  expect(error.message).toMatch(likely);
  expect(error.hint).toMatch(/^ft train resume .* begins again; /);
  expect(error.hint).toMatch(mend);
  const before = deathOfTrainer(makeFolder(), dead(signal));
  expect(before.hint).toMatch(mend);
  expect(before.hint).not.toContain("resume");
});

test.each([
  [40, 57, "goes on from the checkpoint of step 40; what was learned after it, up to step 57"],
  [undefined, 57, "begins again; what was learned, up to step 57 at least, is lost; "],
  [57, 57, "goes on from the checkpoint of step 57; a smaller"],
])(
  "checkpoint of step %s, step %i reported: where it goes on, what is lost",
  (saved, done, text) => {
    const event = stampEvent("r", stepped(done));
    const folder = makeFolder({
      "config.json": "{}",
      "events.jsonl": `${JSON.stringify(event)}\n`,
      ...(saved && {
        [`checkpoints/step-${saved}/state.json`]: "{}",
        "checkpoints/latest": `step-${saved}`,
      }),
    });
    expect(deathOfTrainer(folder, dead("SIGKILL")).hint).toContain(text);
  },
);

test("an exit without words says where to look; words are told", () => {
  const error = deathOfTrainer(makeFolder(), dead(null, 3, "a\nb"));
  expect(error).toMatchObject({ code: "FT-RUN-006", problems: ["a", "b"] });
  expect(error.message).toBe("the training process ended with exit code 3");
  expect(error.hint).toContain("--no-isolate --verbose");
});

test("ended for want of memory: exit 5, what it had, what would need less, where to go on from", () => {
  const changes = [
    { change: "--gradient-checkpointing", peakBytes: 1e9, residentBytes: 1.3e9 },
    { change: "--batch-size 1", peakBytes: 2e9, residentBytes: 2.3e9 },
    { change: "--max-length 64", peakBytes: 3e9, residentBytes: 3.3e9 },
  ];
  const memory = { residentBytes: 5e9, changes };
  const record = JSON.stringify({ runId: "r", config: {}, memory });
  const begun = makeFolder({ "config.json": record });
  const short = { ...dead("SIGKILL"), peakBytes: 4.5e9, wasMemoryShort: true };
  expect(deathOfTrainer(begun, short)).toMatchObject({
    ...{ code: "FT-TRAIN-006", exitCode: 5 },
    message: "the system ended the training process because memory ran out; it had 4.5 GB resident",
    problems: [
      "less is needed with --gradient-checkpointing: 1.3 GB",
      "less is needed with --batch-size 1: 2.3 GB",
    ],
    hint: expect.stringMatching(/^ft train resume .* goes on from/),
  });
  expect(deathOfTrainer(begun, { ...short, signal: "SIGSEGV" }).code).toBe("FT-RUN-006");
  expect(deathOfTrainer(begun, { ...short, wasMemoryShort: false }).code).toBe("FT-RUN-006");
});

test("what crashed may be tried again, what somebody ended may not", () => {
  for (const signal of ["SIGKILL", "SIGSEGV", "SIGABRT"]) expect(isCrash(dead(signal))).toBe(true);
  expect(isCrash(dead("SIGTERM"))).toBe(false);
  expect(isCrash(dead(null, 1))).toBe(true);
});
