// Quality control over the API: defaults, counts that only grow, the improved set, cancelling within the rows in hand, and
// what is refused.
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { withStore } from "../../src/app/store/with-store.ts";
import { closedGate } from "../support/fake-provider.ts";
import type { OpenApiClient } from "../support/openapi-client.ts";
import { qualitySet, requireWhole } from "../support/quality-set.ts";
import { followed, studioProgram } from "../support/studio-program.ts";

interface Task {
  status: string;
  examples_processed: number;
  result_file_path: string | null;
}

const statusOf = (client: OpenApiClient, job_id: number) => async (): Promise<Task> =>
  (await client.call("getQualityStatusJobId", { params: { job_id } })).body as Task;

test(
  "quality of a dataset is started by its number, followed to the improved set, and cancelled",
  { timeout: 600_000 },
  async () => {
    const set = await qualitySet(40, 30);
    const { program, client } = await studioProgram(set.environment);
    // answered while no row can be judged
    const [started, judge] = [closedGate(), set.fake.script];
    set.fake.script = (request) => ({ ...judge(request), after: started.opened });
    const start = await client.call("postQualityStart", {
      body: { dataset_id: set.id, auto_remove: true },
    });
    expect(start.status).toBe(200);
    started.open();
    expect(start.body).toMatchObject({ job_id: expect.any(Number), dataset_id: set.id });
    const job_id = start.body.job_id as number;
    const seen = await followed(statusOf(client, job_id), ({ status }) => status === "completed");
    const counts = seen.map(({ examples_processed: count }) => count);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    const { settings } = (await client.call("getTasksId", { params: { id: job_id } })).body
      .parameters;
    expect(settings).toMatchObject({ batchSize: 10, minQualityScore: 7, autoFix: true });
    expect(existsSync(seen.at(-1)?.result_file_path ?? "")).toBe(true);
    await withStore(set.environment, (store) => requireWhole(store, set, 40));

    const unknown = await client.call("postQualityStart", { body: { dataset_id: 99 } });
    expect(unknown.status).toBe(404);
    const wrong = { dataset_id: set.id, min_quality_score: 11 };
    expect(await client.call("postQualityStart", { body: wrong })).toMatchObject({
      ...{ status: 422, body: { error: { field: "min_quality_score" } } },
    });

    set.fake.script = () => ({ hangs: true });
    const more = { dataset_id: set.id, batch_size: 1, min_quality_score: 9.5 };
    const second = await client.call("postQualityStart", { body: more });
    const params = { job_id: second.body.job_id as number };
    await followed(statusOf(client, params.job_id), ({ status }) => status === "running");
    const cancelled = await client.call("postQualityCancelJobId", { params });
    expect(cancelled.body.status).toBe("cancelled");
    const { requests } = set.fake.bill;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(set.fake.bill.requests).toBeLessThanOrEqual(requests + 1);
    const processed = cancelled.body.examples_processed as number;
    expect((await statusOf(client, params.job_id)()).examples_processed).toBeLessThanOrEqual(
      processed + 1,
    );
    expect((await client.call("postGeneratorCancelJobId", { params })).status).toBe(404);
    program.process.kill("SIGTERM");
    expect((await program.ended).code).toBe(0);
  },
);
