import { join } from "node:path";
// /metrics of the studio, read as Prometheus reads it: what happened is what it counts.
import { expect, test } from "vitest";
import { beginCall, answerCall, createJob, openStore } from "../../../src/store/index.ts";
import { testStudio, type TestStudio } from "../../support/studio.ts";

const LINE = /^([a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*\})?) (-?[0-9.e+-]+|\+Inf)$/;

async function samples({ ask }: TestStudio): Promise<Map<string, number>> {
  const answer = await ask("/metrics");
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const found = new Map<string, number>();
  for (const line of (await answer.text()).trimEnd().split("\n")) {
    if (line.startsWith("# ")) continue;
    const [, name = "", value = ""] = LINE.exec(line) ?? [];
    expect(name, line).not.toBe("");
    expect(found.has(name), name).toBe(false);
    found.set(name, Number(value));
  }
  return found;
}

test("requests, jobs, the queue and what calls cost are counted", async () => {
  const studio = await testStudio();
  const before = await samples(studio);
  expect(before.get('ft_queue_units{status="waiting"}')).toBe(0);
  const store = await openStore(join(studio.home, "store", "ft.db"));
  await createJob(store, { kind: "rows", units: [{ key: "1" }, { key: "2" }, { key: "3" }] });
  const content = { provider: "p", model: "m", parameters: {}, prompt: "x" };
  const call = await beginCall(store, { content, most: 5 });
  if (call.state !== "begun") throw new Error(call.state);
  const paid = { answer: "a", spent: 2_500_000_000, tokensIn: 7, tokensOut: 9 };
  await answerCall(store, call, paid);
  await store.close();
  await studio.ask("/api/settings");
  await studio.ask("/api/datasets/999999");
  const after = await samples(studio);
  const wanted = {
    'ft_requests_total{method="GET",route="/api/settings",status="200"}': 1,
    'ft_requests_total{method="GET",route="/metrics",status="200"}': 1,
    'ft_jobs{kind="rows",status="pending"}': 1,
    'ft_queue_units{status="waiting"}': 3,
    'ft_queue_units{status="in_hand"}': 0,
    'ft_calls{state="answered"}': 1,
    ft_spent_dollars_total: 2.5,
    'ft_call_tokens_total{direction="in"}': 7,
    'ft_call_tokens_total{direction="out"}': 9,
    ft_workers: 0,
  };
  for (const [name, value] of Object.entries(wanted)) expect(after.get(name), name).toBe(value);
  expect(after.get("ft_request_seconds_count")).toBeGreaterThan(3);
  expect(after.get("process_resident_memory_bytes")).toBeGreaterThan(1e7);
});

test("without the token nothing is told", async () => {
  const { apiUrl } = await testStudio();
  expect((await fetch(`${apiUrl}/metrics`)).status).toBe(401);
});
