import { readdirSync, readFileSync } from "node:fs";
// Who else is told of a run: TensorBoard's files byte by byte, and servers that answer late, wrongly or not at all.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { openReporters, type RunFact, stampEvent } from "../../../src/runs/index.ts";
import { Outbox } from "../../../src/runs/reporting/outbox.ts";
import { crc32c } from "../../../src/runs/reporting/records.ts";
import { makeFolder } from "../../support/folders.ts";
import { completed, evaluated, started, stepped } from "./facts.ts";

interface Asked {
  path: string;
  headers: IncomingMessage["headers"];
  body: Record<string, unknown>;
}

const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server on the loopback interface; `answer` gives a status and a document, or takes care of it alone. */
async function serve(
  answer: (asked: Asked, response: ServerResponse) => [number, unknown] | undefined,
): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
      const one = { path: request.url ?? "", headers: request.headers, body };
      asked.push(one);
      const given = answer(one, response);
      if (given === undefined) return;
      response.writeHead(given[0], { "content-type": "application/json" });
      response.end(JSON.stringify(given[1]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const facts: RunFact[] = [started(), evaluated(0, 4), stepped(5, 3), stepped(6, null), completed()];

async function tell(names: string[], environment: Record<string, string>, folder = makeFolder()) {
  const problems: string[] = [];
  const reporter = openReporters(names, {
    ...{ folder, runId: "run-1", environment, fetch },
    config: { optimization: { learning_rate: 1e-4 }, seed: 42 },
    onProblem: (message) => problems.push(message),
  });
  for (const fact of facts) reporter.tell(stampEvent("run-1", fact));
  await reporter.close();
  return { problems, folder };
}

describe("TensorBoard", () => {
  test("the checksum is Castagnoli's", () => {
    // RFC 3720, B.4: 32 bytes of zeros, of ones, and rising.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, at) => at))).toBe(0x46dd794e);
  });

  test("a file of records with their lengths; a figure that is none is left out", async () => {
    const { folder, problems } = await tell(["tensorboard"], {});
    expect(problems).toEqual([]);
    const [name = ""] = readdirSync(join(folder, "tensorboard"));
    expect(name).toMatch(/^events\.out\.tfevents\.\d+\./);
    const bytes = readFileSync(join(folder, "tensorboard", name));
    const records: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      const length = Number(bytes.readBigUInt64LE(at));
      records.push(bytes.subarray(at + 12, at + 12 + length));
      at += 16 + length;
    }
    expect(records[0]?.includes("brain.Event:2")).toBe(true);
    expect(records).toHaveLength(4);
    expect(records[1]?.includes("validation/loss")).toBe(true);
    expect(records[2]?.includes("train/loss")).toBe(true);
    expect(records[3]?.includes("train/loss")).toBe(false);
  });

  test("a folder that cannot be written is told once, and ends nothing", async () => {
    const file = join(makeFolder({ taken: "" }), "taken");
    const { problems } = await tell(["tensorboard"], {}, file);
    expect(problems).toEqual([expect.stringMatching(/event file cannot be written/)]);
  });
});

/** As much of MLflow as is asked for. */
function mlflowAnswer({ path }: Asked): [number, unknown] {
  if (path.includes("get-by-name")) return [404, { error_code: "RESOURCE_DOES_NOT_EXIST" }];
  if (path.includes("experiments/create")) return [200, { experiment_id: "7" }];
  if (path.includes("runs/create")) return [200, { run: { info: { run_id: "abc" } } }];
  return [200, {}];
}

const secret = "secret-token-0123456789";

describe("MLflow", () => {
  const environment = (url: string) => ({
    MLFLOW_TRACKING_URI: url,
    MLFLOW_TRACKING_TOKEN: secret,
    MLFLOW_EXPERIMENT_NAME: "mine",
  });

  test("gets an experiment, a run, its settings, its figures and its end, in order", async () => {
    const { url, asked } = await serve(mlflowAnswer);
    const { problems } = await tell(["mlflow"], environment(url));
    expect(problems).toEqual([]);
    expect(asked.map(({ path }) => path.replace("/api/2.0/mlflow/", ""))).toEqual([
      ...["experiments/get-by-name?experiment_name=mine", "experiments/create", "runs/create"],
      ...["runs/log-batch", "runs/log-batch", "runs/log-batch", "runs/log-batch", "runs/update"],
    ]);
    expect(asked.every(({ headers }) => headers.authorization === `Bearer ${secret}`)).toBe(true);
    const [parameters, validation, step] = asked.slice(3).map(({ body }) => body);
    expect(parameters?.["params"]).toContainEqual({
      key: "optimization.learning_rate",
      value: "0.0001",
    });
    expect(validation?.["metrics"]).toMatchObject([{ key: "validation/loss", value: 4, step: 0 }]);
    expect(step?.["metrics"]).toContainEqual(
      expect.objectContaining({ key: "train/loss", value: 3, step: 5 }),
    );
    expect(asked.at(-1)?.body).toMatchObject({ run_id: "abc", status: "FINISHED" });
  });

  test.each([
    ["refuses", (): [number, unknown] => [500, {}]],
    ["answers with something else", (): [number, unknown] => [200, { hello: "there" }]],
  ])("a server that %s is told of once, without the secret", async (_, answer) => {
    const { url } = await serve(answer);
    const { problems } = await tell(["mlflow"], environment(url));
    expect(problems).toEqual([expect.stringMatching(/^MLflow cannot be told of this run any/)]);
    expect(problems.join()).not.toContain(secret);
  });

  test("a name and password in the address go into the header, and nowhere else", async () => {
    const { url, asked } = await serve(mlflowAnswer);
    const MLFLOW_TRACKING_URI = url.replace("://", "://ann:p%40ss@");
    const { problems } = await tell(["mlflow"], { MLFLOW_TRACKING_URI });
    expect(problems).toEqual([]);
    const basic = `Basic ${Buffer.from("ann:p@ss").toString("base64")}`;
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(asked.map(() => basic));
  });

  test("nobody is there", async () => {
    const { problems } = await tell(["mlflow"], environment("http://127.0.0.1:9"));
    expect(problems).toHaveLength(1);
  });
});

test("Trackio gets figures by step, with the token of its address in a header only", async () => {
  const { url, asked } = await serve(() => [200, { data: null }]);
  const TRACKIO_SERVER_URL = `${url}/?write_token=${secret}`;
  const { problems } = await tell(["trackio"], { TRACKIO_SERVER_URL, TRACKIO_PROJECT: "p" });
  expect(problems).toEqual([]);
  expect(asked.every(({ path }) => path === "/api/bulk_log")).toBe(true);
  expect(asked.every(({ headers }) => headers["x-trackio-write-token"] === secret)).toBe(true);
  const logs = asked.map(({ body }) => (body["kwargs"] as { logs: object[] }).logs[0]);
  expect(logs[2]).toMatchObject({
    project: "p",
    run: "run-1",
    step: 5,
    metrics: { "train/loss": 3 },
  });
});

test("an error that Trackio names in its answer is one", async () => {
  const { url } = await serve(() => [200, { error: "no write access" }]);
  const { problems } = await tell(["trackio"], { TRACKIO_SERVER_URL: url });
  expect(problems).toEqual([expect.stringContaining("Trackio cannot be told")]);
});

test("a server that never answers is not waited for: not while training, not for long at the end", async () => {
  const { url } = await serve(() => undefined);
  const problems: string[] = [];
  const timeoutMilliseconds = 60_000;
  const outbox = new Outbox({
    ...{ server: "Slow", base: url, headers: {}, fetch, timeoutMilliseconds },
    onProblem: (message) => problems.push(message),
    closeMilliseconds: 200,
  });
  const before = performance.now();
  const processor = process.cpuUsage();
  for (let at = 0; at < 50; at++) {
    outbox.post(async (send) => void (await send({ path: "x", body: { at } })));
  }
  // what other programs do meanwhile is not counted
  expect(process.cpuUsage(processor).user / 1000).toBeLessThan(100);
  await outbox.close();
  expect(performance.now() - before).toBeLessThan(timeoutMilliseconds / 2);
  expect(problems).toEqual([expect.stringMatching(/^Slow has not taken all of this run/)]);
});

test("late answers are still taken", async () => {
  const { url, asked } = await serve((_, response) => {
    setTimeout(() => response.end("{}"), 100);
    return undefined;
  });
  const { problems } = await tell(["trackio"], { TRACKIO_SERVER_URL: url });
  expect(problems).toEqual([]);
  expect(asked).toHaveLength(4);
});
