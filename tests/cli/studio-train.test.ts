// Training over the API: settings described, a run checked and put into the queue, worked on beside the server to its
// end, and its figures told; jobs that were left go on when the server starts again.
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { OpenApiClient } from "../support/openapi-client.ts";
import { startProgram, type Started } from "../support/program.ts";
import { makeToyModel } from "../support/toy-model.ts";

async function started(home: string): Promise<{ program: Started; client: OpenApiClient }> {
  const args = ["studio", "--port", "0", "--api-port", "0", "--no-open", "--json"];
  const program = startProgram(args, { env: { FT_HOME: home, FT_KEYCHAIN: "off" } });
  const line = await program.event(({ type }) => (type as string) === "listening");
  const client = await OpenApiClient.of(line as unknown as { apiUrl: string; token: string });
  return { program, client };
}

const rows = Array.from({ length: 24 }, (_, at) =>
  JSON.stringify({
    messages: [
      { role: "user", content: `say ${at}` },
      { role: "assistant", content: `it is ${at}` },
    ],
  }),
).join("\n");

async function ended(client: OpenApiClient, id: string): Promise<string> {
  for (const end = Date.now() + 240_000; Date.now() < end;) {
    const { body } = await client.call("getV1JobsId", { params: { id } });
    const { status } = body.job as { status: string };
    if (["completed", "failed", "cancelled"].includes(status)) return status;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return "still running";
}

test(
  "a run is checked, queued, trained by the worker, and told; one left goes on after a restart",
  { timeout: 600_000 },
  async () => {
    const home = makeFolder();
    const model = join(makeFolder(), "toy");
    await makeToyModel(model);
    const first = await started(home);
    const { client } = first;
    const { body: uploaded } = await client.call("postDatasetsUpload", {
      file: { name: "rows.jsonl", text: rows },
    });
    const dataset_id = uploaded.dataset_id as number;
    const configOf = (output_dir: string) => ({
      ...{ model: { name: model }, data: { template: "chatml" }, output_dir },
      optimization: { iters: 3 },
    });
    const { body: described } = await client.call("getV1TrainSchema");
    expect(described.schema.properties).toHaveProperty("optimization");
    const config = configOf(join(makeFolder(), "out"));
    const checked = await client.call("postV1TrainValidate", { body: { config, dataset_id } });
    expect(checked.body.report.data.trainRows).toBeGreaterThan(0);
    const wrong = await client.call("postV1TrainValidate", {
      body: { config: { ...config, optimization: { iters: -1 } }, dataset_id },
    });
    expect(wrong.status).toBe(422);
    const code = await client.call("postV1Jobs", {
      body: { kind: "training", parameters: { config, extensions: ["/tmp/a.mjs"] } },
    });
    expect([code.status, code.body.error.field]).toEqual([422, "parameters.extensions"]);
    const { body: job } = await client.call("postV1Train", { body: { config, dataset_id } });
    expect(await ended(client, job.id as string)).toBe("completed");
    const { body: runs } = await client.call("getV1Runs");
    expect(runs.runs).toMatchObject([{ status: "completed", step: 3 }]);
    const params = { id: runs.runs[0].id as string };
    const { body: metrics } = await client.call("getV1RunsIdMetrics", { params });
    expect(metrics.series.map(({ name }: { name: string }) => name)).toContain("trainLoss");
    expect((await client.call("getV1RunsId", { params })).body.checkpoints.length).toBeGreaterThan(
      0,
    );
    const next = configOf(join(makeFolder(), "out"));
    const { body: left } = await client.call("postV1Train", { body: { config: next, dataset_id } });
    first.program.process.kill("SIGKILL");
    await first.program.ended;

    const again = await started(home);
    expect(await ended(again.client, left.id as string)).toBe("completed");
    const compared = await again.client.call("getV1RunsIdCompareOther", {
      params: {
        ...params,
        other: (await again.client.call("getV1Runs")).body.runs[0].id as string,
      },
    });
    expect(compared.status).toBe(200);
    const gone = await again.client.call("deleteV1RunsId", { params });
    expect(gone.body).toEqual({ deleted: params.id });
    again.program.process.kill("SIGTERM");
    expect((await again.program.ended).code).toBe(0);
  },
);
