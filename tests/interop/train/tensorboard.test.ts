// TensorBoard itself reads the event files of a run; where its package is not installed, there is nothing to ask.
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openReporters, stampEvent } from "../../../src/runs/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { evaluated, started, stepped } from "../../unit/runs/facts.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "python3";
const isMissing = spawnSync(python, ["-c", "import tensorboard"]).status !== 0;

const script = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1]); events.Reload()
print(json.dumps({tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}))
`;

test.skipIf(isMissing)("figures by step, under their names", async () => {
  const folder = makeFolder();
  const input = { folder, runId: "r", config: {}, environment: {}, fetch, onProblem: () => {} };
  const reporter = openReporters(["tensorboard"], input);
  for (const fact of [started(), evaluated(0, 4), stepped(5, 3), stepped(300, 2.5)])
    reporter.tell(stampEvent("r", fact));
  await reporter.close();
  const said = execFileSync(python, ["-c", script, join(folder, "tensorboard")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const read = JSON.parse(said.trim().split("\n").at(-1) ?? "") as Record<string, number[][]>;
  expect(read["validation/loss"]).toEqual([[0, 4]]);
  expect(read["train/loss"]).toEqual([
    [5, 3],
    [300, 2.5],
  ]);
});
