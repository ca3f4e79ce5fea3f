import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FtError } from "../../../src/core/errors.ts";
import {
  checkOutputFolder,
  openRun,
  readEvents,
  readRecord,
  reopenRun,
  type RunFact,
  RunEvent,
} from "../../../src/runs/index.ts";
import { RECORD_FORMAT } from "../../../src/runs/record-format.ts";
import { makeFolder } from "../../support/folders.ts";
import { refusal } from "../../support/refusal.ts";
import { notice, record, started, stepped } from "./facts.ts";

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof FtError ? `${error.code} exit ${error.exitCode}` : String(error);
  }
  return "nothing was thrown";
}

describe("opening", () => {
  test("makes a missing folder and takes an empty one", () => {
    const parent = makeFolder({ "empty/.DS_Store": "" });
    for (const name of ["a/b/new", "empty"]) {
      const run = openRun(join(parent, name));
      expect(readdirSync(run.path)).toEqual(
        expect.arrayContaining(["checkpoints", "events.jsonl"]),
      );
      run.close();
    }
  });

  test("a folder with anything in it is refused with both ways on", () => {
    const folder = makeFolder({ "notes.txt": "mine" });
    expect(codeOf(() => openRun(folder))).toBe("FT-RUN-001 exit 3");
    try {
      checkOutputFolder(folder);
    } catch (error) {
      expect((error as FtError).hint).toContain("--output");
      expect((error as FtError).hint).toContain(`ft train resume ${folder}`);
    }
    expect(readdirSync(folder)).toEqual(["notes.txt"]);
  });

  test("what a run leaves that ended before its configuration was written is no hindrance", () => {
    const path = join(makeFolder(), "run");
    openRun(path).close();
    writeFileSync(join(path, ".config.json.tmp-12-0123abcd"), "{");
    expect(codeOf(() => checkOutputFolder(path))).toBe("nothing was thrown");
    openRun(path).close();
    appendFileSync(join(path, "events.jsonl"), "{}\n");
    expect(codeOf(() => checkOutputFolder(path))).toBe("FT-RUN-001 exit 3");
  });

  test("a folder with a space stands in quotes in the command that mends", () => {
    const folder = makeFolder({ "my run/notes.txt": "mine" });
    const path = join(folder, "my run");
    expect(refusal(() => checkOutputFolder(path), FtError).hint).toContain(
      `ft train resume '${path}'`,
    );
  });

  test("a file is refused", () => {
    const folder = makeFolder({ out: "" });
    expect(codeOf(() => openRun(join(folder, "out")))).toBe("FT-RUN-004 exit 3");
  });

  test("checking writes nothing", () => {
    const parent = makeFolder();
    checkOutputFolder(join(parent, "new"));
    expect(readdirSync(parent)).toEqual([]);
  });

  test("a run can be opened once at a time, and again after it is closed", async () => {
    const folder = join(makeFolder(), "run");
    const run = openRun(folder);
    await run.writeRecord(record());
    expect(codeOf(() => reopenRun(folder))).toBe("FT-RUN-003 exit 75");
    run.close();
    const again = reopenRun(folder);
    expect(again.runId).toBe(run.runId);
    again.close();
    expect(existsSync(join(folder, "run.lock"))).toBe(false);
  });

  test("only a run can be continued", () => {
    const folder = makeFolder({ "notes.txt": "" });
    expect(codeOf(() => reopenRun(folder))).toBe("FT-RUN-002 exit 3");
    writeFileSync(join(folder, "config.json"), '{"runId": ');
    expect(codeOf(() => reopenRun(folder))).toBe("FT-RUN-005 exit 3");
    writeFileSync(join(folder, "config.json"), "{}");
    expect(codeOf(() => reopenRun(folder))).toBe("FT-RUN-005 exit 3");
  });
});

describe("what is written", () => {
  test("the record is read back", async () => {
    const run = openRun(join(makeFolder(), "run"));
    await run.writeRecord(record());
    run.close();
    const { formatVersion, ...written } = readRecord(run.path);
    expect(formatVersion).toBe(RECORD_FORMAT);
    expect(written).toEqual({ runId: run.runId, ...record() });
  });

  test("events are stamped, valid, and one a line", () => {
    const run = openRun(join(makeFolder(), "run"));
    const event = run.append(notice("one"));
    run.append(notice("two"));
    run.close();
    expect(RunEvent.parse(event)).toEqual(event);
    expect(event).toMatchObject({ type: "notice", runId: run.runId, schemaVersion: 1 });
    expect(readFileSync(join(run.path, "events.jsonl"), "utf8").trimEnd().split("\n")).toHaveLength(
      2,
    );
    expect(run.events()).toHaveLength(2);
  });

  test("a torn line is passed over and the next event stands alone", async () => {
    const run = openRun(join(makeFolder(), "run"));
    await run.writeRecord(record());
    run.append(notice("one"));
    run.close();
    appendFileSync(join(run.path, "events.jsonl"), '{"type":"noti');
    const again = reopenRun(run.path);
    again.append(notice("two"));
    again.close();
    const messages = readEvents(run.path).map((event) => "message" in event && event.message);
    expect(messages).toEqual(["one", "two"]);
  });

  test("events of a type this version does not know are passed over", () => {
    const folder = makeFolder({ "events.jsonl": '{"type":"run-dreamt"}\n\n' });
    mkdirSync(join(folder, "checkpoints"));
    expect(readEvents(folder)).toEqual([]);
  });
});

test("after a crash each step is told once: what came after the checkpoint was done again", async () => {
  const run = openRun(join(makeFolder(), "run"));
  await run.writeRecord(record());
  for (const step of [1, 2, 3, 4]) run.append(stepped(step, step));
  run.append({ ...started(), resumedFromStep: 2 } as RunFact);
  for (const step of [3, 4, 5]) run.append(stepped(step, 10 * step));
  run.close();
  const steps = readEvents(run.path).flatMap((event) =>
    event.type === "step-reported" ? [[event.step, event.trainLoss]] : [],
  );
  expect(steps).toEqual([
    [1, 1],
    [2, 2],
    [3, 30],
    [4, 40],
    [5, 50],
  ]);
});

test("a run that began again without a checkpoint tells its steps once too", async () => {
  const run = openRun(join(makeFolder(), "run"));
  await run.writeRecord(record());
  for (const step of [1, 2]) run.append(stepped(step, step));
  run.append(started());
  run.append(stepped(1, 10));
  run.close();
  const losses = readEvents(run.path).flatMap((event) =>
    event.type === "step-reported" ? [event.trainLoss] : [],
  );
  expect(losses).toEqual([10]);
});
