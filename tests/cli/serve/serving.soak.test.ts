// Many clients at once, some of which leave: nothing is left open, nobody waits in vain, no memory and no file is kept.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { makeFolder } from "../../support/folders.ts";
import { makeChattingToy, post, type ServedModel, serveToy } from "../../support/served-model.ts";
import { rounds } from "../../support/soak.ts";

const asked = rounds({ slice: 64, soak: 1000 });
const atOnce = 16;

/** Of the server and of the model's process; files and sockets too. */
interface Kept {
  bytes: number;
  files: number;
}

function keptBy(pid: number): Kept {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]);
  return { bytes: kilobytes * 1024, files: readdirSync(`/proc/${pid}/fd`).length };
}

const schema = { type: "object", properties: { a: { enum: ["x", "y"] } }, required: ["a"] };

function bodyOf(random: Random, index: number): object {
  const words = "word ".repeat(1 + Math.floor(random.next() * 60));
  const form = { type: "json_schema", json_schema: { name: "a", schema } };
  return {
    messages: [{ role: "user", content: `${index} ${words}` }],
    max_tokens: 8 + Math.floor(random.next() * 60),
    stream: random.next() < 0.6,
    ...(random.next() < 0.2 && { n: 2 }),
    ...(random.next() < 0.2 && { logprobs: true, top_logprobs: 2 }),
    ...(random.next() < 0.2 && { response_format: form }),
  };
}

/** "whole", or "left" where the client left before the end. Throws for anything else. */
async function ask(served: ServedModel, random: Random, index: number): Promise<string> {
  const leaving = new AbortController();
  const leaves = random.next() < 0.3;
  const timer = leaves ? setTimeout(() => leaving.abort(), random.next() * 300) : undefined;
  try {
    const answer = await fetch(`${served.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(bodyOf(random, index)),
      signal: leaving.signal,
    });
    const text = await answer.text();
    const isWhole = text.endsWith("data: [DONE]\n\n") || "choices" in (JSON.parse(text) as object);
    if (answer.status !== 200 || !isWhole) throw new Error(`${answer.status}: ${text.slice(-300)}`);
    return "whole";
  } catch (error) {
    if (leaving.signal.aborted) return "left";
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function askMany(served: ServedModel, count: number, seed: number): Promise<string[]> {
  const random = Random.fromSeed(seed);
  const ends: string[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      ends.push(await ask(served, random.split(String(index)), index));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return ends;
}

const megabyte = 1024 * 1024;

test.skipIf(process.platform !== "linux")(
  "requests of clients that come and go leave nothing behind",
  async () => {
    const model = await makeChattingToy(join(makeFolder(), "toy"));
    const served = await serveToy(["--cache-memory", "4"], model);
    const pids = [served.program.process.pid ?? 0, await served.modelProcess()];
    await askMany(served, asked / 4, 1);
    const before = pids.map(keptBy);
    const ends = await askMany(served, asked, 2);
    expect(ends).toHaveLength(asked);
    expect(new Set(ends)).toEqual(new Set(["whole", "left"]));

    const last = await post(`${served.url}/v1/chat/completions`, {
      messages: [{ role: "user", content: "hi" }],
      max_tokens: 2,
    });
    expect(last).toMatchObject({ status: 200 });
    const metrics = await (await fetch(`${served.url}/metrics`)).text();
    expect(metrics).toMatch(/^ft_open_requests 0$/m);
    expect(metrics).toMatch(/^ft_model_restarts 0$/m);
    // idle connections of the clients close after five seconds
    await new Promise((resolve) => setTimeout(resolve, 6500));
    for (const [at, pid] of pids.entries()) {
      const after = keptBy(pid);
      expect(after.files).toBeLessThanOrEqual(before[at]!.files);
      // what the heap of a young process has not settled yet; a request that stayed would be more in a thousand
      expect(after.bytes - before[at]!.bytes).toBeLessThan(96 * megabyte);
    }
    await served.stop();
  },
  900_000,
);
