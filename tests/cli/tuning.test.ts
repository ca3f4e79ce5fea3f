// OpenAI's own client against the studio's API: a file handed in, a job made of it, followed, paused and resumed, to an
// adapter that answers; and what is refused, in the words that the client reads.
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { runProgram, startProgram } from "../support/program.ts";

interface Running {
  client: OpenAI;
  apiUrl: string;
  token: string;
  home: string;
}

async function studio(home = makeFolder()): Promise<Running> {
  const args = ["studio", "--port", "0", "--api-port", "0", "--no-open", "--json"];
  const program = startProgram(args, { env: { FT_HOME: home, FT_KEYCHAIN: "off" } });
  onTestFinished(async () => {
    program.process.kill("SIGTERM");
    await program.ended;
  });
  let text = "";
  const line = await new Promise<string>((resolve, reject) => {
    program.process.stdout?.on("data", (part: Buffer) => {
      text += part.toString("utf8");
      if (text.includes("\n")) resolve(text.split("\n")[0] ?? "");
    });
    void program.ended.then(({ stderr }) => reject(new Error(stderr)));
  });
  const { apiUrl, token } = JSON.parse(line) as { apiUrl: string; token: string };
  const client = new OpenAI({ apiKey: token, baseURL: `${apiUrl}/v1`, maxRetries: 0 });
  return { client, apiUrl, token, home };
}

function rowsFile(count = 40): string {
  const path = join(makeFolder(), "rows.jsonl");
  const rows = Array.from({ length: count }, (_, index) => ({
    messages: [
      { role: "user", content: `Say ${index % 5}` },
      { role: "assistant", content: `Number ${index % 5}` },
    ],
  }));
  writeFileSync(path, `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`);
  return path;
}

const ended = ["succeeded", "failed", "cancelled"];

test("from a file to an adapter, with the real client", { timeout: 600_000 }, async () => {
  const { client, home } = await studio();
  const path = rowsFile();
  const file = await client.files.create({ file: createReadStream(path), purpose: "fine-tune" });
  expect(file).toMatchObject({ object: "file", filename: "rows.jsonl", status: "processed" });
  expect(await (await client.files.content(file.id)).text()).toBe(readFileSync(path, "utf8"));
  const files = [];
  for await (const one of client.files.list()) files.push(one.id);
  expect(files).toEqual([file.id]);

  const hyperparameters = { n_epochs: 2, batch_size: 4, learning_rate_multiplier: 1 };
  const job = await client.fineTuning.jobs.create({
    model: "builtin/tiny",
    training_file: file.id,
    seed: 7,
    suffix: "numbers",
    metadata: { who: "test" },
    method: { type: "supervised", supervised: { hyperparameters } },
    // what OpenAI's API has no word for
    ...{ ft: { optimization: { save_steps: 5 } } },
  });
  expect(job).toMatchObject({ status: "queued", training_file: file.id, seed: 7 });
  let now = job;
  while (!ended.includes(now.status)) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    now = await client.fineTuning.jobs.retrieve(job.id);
  }
  expect(now).toMatchObject({ status: "succeeded", error: null, metadata: { who: "test" } });
  expect(now.trained_tokens).toBeGreaterThan(0);
  expect(now.hyperparameters).toMatchObject({ n_epochs: 2, batch_size: 4 });

  const events = [];
  for await (const event of client.fineTuning.jobs.listEvents(job.id, { limit: 3 }))
    events.push(event);
  expect(events.at(-1)?.message).toBe("Created and queued");
  expect(events.filter(({ type }) => type === "metrics").length).toBeGreaterThanOrEqual(2);
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  const { data: saved } = await client.fineTuning.jobs.checkpoints.list(job.id);
  expect(saved[0]?.step_number).toBeGreaterThanOrEqual(saved.at(-1)?.step_number ?? 0);
  expect(saved[0]?.metrics.train_loss).toBeGreaterThan(0);
  const jobs = await client.fineTuning.jobs.list();
  expect(jobs.data.map(({ id }) => id)).toEqual([job.id]);

  const answered = await runProgram(
    ["generate", now.fine_tuned_model ?? "", "--prompt", "Say 3", "--max-tokens", "8", "--json"],
    { env: { FT_HOME: home } },
  );
  expect(answered.code, answered.stderr).toBe(0);
  expect(JSON.parse(answered.stdout)).toMatchObject({ text: expect.any(String) });
});

test("paused, resumed, cancelled; events as they come", { timeout: 600_000 }, async () => {
  const { client, apiUrl, token } = await studio();
  const file = await client.files.create({
    file: createReadStream(rowsFile(400)),
    purpose: "fine-tune",
  });
  const made = { model: "builtin/tiny", training_file: file.id };
  const hyperparameters = { n_epochs: 500, batch_size: 2 };
  const { id } = await client.fineTuning.jobs.create({ ...made, hyperparameters });
  const status = async (): Promise<string> => (await client.fineTuning.jobs.retrieve(id)).status;
  await expect.poll(status, { timeout: 60_000, interval: 200 }).toBe("running");
  const stream = await fetch(`${apiUrl}/v1/fine_tuning/jobs/${id}/events?stream=true`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const seen = (async () => {
    let text = "";
    for await (const part of stream.body as unknown as AsyncIterable<Uint8Array>)
      text += Buffer.from(part).toString("utf8");
    return text;
  })();
  const hasMetrics = async (): Promise<boolean> => {
    const { data } = await client.fineTuning.jobs.listEvents(id, { limit: 50 });
    return data.some(({ type }) => type === "metrics");
  };
  await expect.poll(hasMetrics, { timeout: 60_000, interval: 300 }).toBe(true);
  expect((await client.fineTuning.jobs.pause(id)).status).toBe("paused");
  expect((await client.fineTuning.jobs.resume(id)).status).toMatch(/queued|running/);
  await expect.poll(status, { timeout: 60_000, interval: 200 }).toBe("running");
  expect((await client.fineTuning.jobs.cancel(id)).status).toBe("cancelled");
  const text = await seen;
  expect(text).toContain('"type":"metrics"');
  expect(text).toContain("Cancelled");
  expect(text.trim().endsWith("data: [DONE]")).toBe(true);
  await expect(client.fineTuning.jobs.pause(id)).rejects.toMatchObject({ status: 409 });
});

test("what cannot be is refused before anything begins", { timeout: 300_000 }, async () => {
  const { client } = await studio();
  const file = await client.files.create({
    file: createReadStream(rowsFile(4)),
    purpose: "fine-tune",
  });
  const tiny = { model: "builtin/tiny", training_file: file.id };
  const reward = { type: "reinforcement" } as const;
  for (const [asked, status, code] of [
    [{ ...tiny, training_file: "file-none" }, 404, "FT-TUNING-001"],
    [{ ...tiny, model: "../elsewhere" }, 400, "FT-TUNING-003"],
    [{ ...tiny, model: "/etc" }, 400, "FT-TUNING-003"],
    [{ ...tiny, method: reward }, 400, "FT-TUNING-003"],
    [{ ...tiny, ft: { output_dir: "/tmp/elsewhere" } }, 400, "FT-TUNING-003"],
    [{ ...tiny, ft: { data: { train_file: "/etc/passwd" } } }, 400, "FT-TUNING-003"],
    [{ ...tiny, ft: { unknown: 1 } }, 422, "FT-CONFIG-005"],
    [{ ...tiny, hyperparameters: { n_epochs: -1 } }, 422, "invalid_value"],
  ] as const) {
    const refused = client.fineTuning.jobs.create(asked as never);
    await expect(refused, JSON.stringify(asked)).rejects.toMatchObject({ status, code });
  }
  await expect(client.fineTuning.jobs.retrieve("ftjob-none")).rejects.toMatchObject({
    status: 404,
  });
  await expect(client.files.retrieve("file-../../x")).rejects.toMatchObject({ status: 404 });
  const bad = { file: createReadStream(rowsFile(1)), purpose: "assistants" } as const;
  await expect(client.files.create(bad)).rejects.toMatchObject({ status: 422 });
  expect((await client.fineTuning.jobs.list()).data).toEqual([]);
});
