// Making rows, killed with -9 at random moments and started again: the same command goes on, the number asked for comes,
// and the service's own bill has nothing on it that was asked again after it had been answered. Four kills, fifty with
// FT_SOAK=1.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import type { Spending } from "../../../src/store/index.ts";
import { badWays, FakeProvider, goodRow } from "../../support/fake-provider.ts";
import { makeFolder } from "../../support/folders.ts";
import { rounds } from "../../support/soak.ts";

const program = fileURLToPath(new URL("../../support/make-worker.ts", import.meta.url));
const concurrency = 5;

interface Told {
  status: string;
  spending: Spending;
  keys: string[];
}

function start(path: string, origin: string, count: number): ChildProcess {
  const words = ["--import", "tsx", program, path, origin, String(count), String(concurrency)];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function killedAfter(child: ChildProcess, milliseconds: number): Promise<void> {
  await once(child.stdout!, "data");
  await pause(milliseconds);
  const ended = child.exitCode === null ? once(child, "exit") : undefined;
  child.kill("SIGKILL");
  await ended;
}

async function untilEnd(child: ChildProcess): Promise<Told> {
  let text = "";
  child.stdout!.on("data", (part: Buffer) => (text += part.toString()));
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(0);
  return JSON.parse(text.trim().split("\n").at(-1)!) as Told;
}

/** Good answers, bad ones, failures that pass; each after a moment. */
function answering(random: Random) {
  const ways = [
    "cut JSON",
    "prose around",
    "an empty answer",
    "429",
    "500",
    "a reset amid the body",
  ];
  return ({ key }: { key: string }) => {
    const delay = 5 + random.integer(40);
    if (random.integer(4) !== 0) return { text: goodRow(key), delay };
    return { ...badWays[ways[random.integer(ways.length)]!]!.answer(key), delay };
  };
}

test("killed at random moments", { timeout: 1_800_000 }, async () => {
  const random = Random.fromSeed(11);
  const fake = await FakeProvider.start(answering(random.split("answers")));
  const path = join(makeFolder(), "ft.db");
  const kills = rounds({ slice: 4, soak: 50 });
  const count = kills * 25;
  for (let kill = 0; kill < kills; kill++) {
    await killedAfter(start(path, fake.origin, count), random.integer(600));
  }
  const { status, spending, keys } = await untilEnd(start(path, fake.origin, count));
  expect(status).toBe("completed");
  expect(new Set(keys).size).toBe(count);
  const { bill } = fake;
  const { answered, failed, lost, in_flight } = spending.calls;
  expect(in_flight).toBe(0);
  expect(bill.mostAtOnce).toBeLessThanOrEqual(concurrency);
  // a call may be written down and its process killed before it went out: no other difference
  expect(answered + failed + lost).toBeGreaterThanOrEqual(bill.requests);
  expect(answered + failed + lost - bill.requests).toBeLessThanOrEqual(kills * concurrency);
  // what was asked again had been lost in flight, one kill and one slot each, or broken off by the service
  const again = [...bill.byKey.values()].reduce((sum, times) => sum + times - 1, 0);
  expect(again).toBeLessThanOrEqual(kills * concurrency);
  expect(bill.paid - answered).toBe(again);
  if (again === 0) expect(spending.spent).toBe(bill.cost);
  else expect(bill.cost - spending.spent).toBeLessThanOrEqual(spending.lostAtMost);
});
