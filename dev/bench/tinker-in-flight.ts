// How long a step at Tinker takes by how many are handed over before the first is waited for: the whole command against
// the service of the tests, where each answer takes 200 ms, and a step of the model nothing, or half a second of which
// the service does one after the other.
//   node --import tsx dev/bench/tinker-in-flight.ts
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { RemoteTrainSettings } from "../../src/app/remote/remote-config.ts";
import { trainRemote } from "../../src/app/remote/train-remote.ts";
import { FakeTinker } from "../../tests/support/fake-tinker.ts";
import { writeRows } from "../../tests/support/toy-model.ts";
import { median } from "./statistics.ts";

const latency = 200;
const maxSteps = 14;
const folder = mkdtempSync(join(tmpdir(), "ft-bench-tinker-"));
process.env["FT_HOME"] = join(folder, "home");
const data = writeRows(join(folder, "rows.jsonl"), 4 * maxSteps);

async function stepSeconds(inFlight: number, work: number): Promise<number> {
  const fake = new FakeTinker({ models: ["builtin/tiny"], vocabulary: 4687 });
  await fake.start();
  let freeAt = 0;
  fake.trouble = ({ path, headers }) => {
    const now = performance.now();
    // a step's work is its optimizer's, whose result comes once all before it are done
    if (path.endsWith("/optim_step")) freeAt = Math.max(freeAt, now) + work;
    const isOfStep = headers["x-tinker-request-type"] === "OptimStep";
    return { delay: isOfStep ? Math.max(latency, freeAt - now) : latency };
  };
  const times: number[] = [];
  await trainRemote(
    {
      settings: RemoteTrainSettings.parse({
        ...{ baseModel: "builtin/tiny", batch: 4, maxSteps, saveEvery: 1000 },
      }),
      ...{ data, output: join(folder, `${inFlight}-${work}`), outputDir: folder },
      parts: { trainUnembed: true, trainMlp: true, trainAttention: true },
      ...{ wire: "protobuf", download: false, inFlight },
    },
    {
      environment: fake.environment(),
      onEvent: (event) => {
        if (event.type === "step-reported") times.push(event.stepSeconds);
      },
    },
  );
  await fake.stop();
  // the first pays for what is prepared once, the last have nothing behind them
  return median(times.slice(2, -3));
}

console.log(`each answer after ${latency} ms, load ${loadavg()[0]?.toFixed(1)}`);
console.log("| in flight | a step that takes the service nothing | half a second |\n|---|---|---|");
try {
  for (const inFlight of [1, 2, 3, 4]) {
    const [light, heavy] = [await stepSeconds(inFlight, 0), await stepSeconds(inFlight, 500)];
    console.log(`| ${inFlight} | ${light.toFixed(2)} s | ${heavy.toFixed(2)} s |`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
