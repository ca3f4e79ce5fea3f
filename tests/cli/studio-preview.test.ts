// A set in the making over the API: its price before anything is asked, three rows to look at, the rest once somebody
// says so with nobody asked twice; or thrown away.
import { expect, test } from "vitest";
import { FakeProvider } from "../support/fake-provider.ts";
import { makeFolder } from "../support/folders.ts";
import type { OpenApiClient } from "../support/openapi-client.ts";
import {
  followed,
  rowWriter,
  studioEnvironment,
  studioProgram,
} from "../support/studio-program.ts";

const body = {
  ...{ domain: "support", subdomain: "technical_support", count: 8, name: "Printers" },
  weights: { sentiment: {} },
};

interface Made {
  job_id: number;
  dataset_id: number;
  state: string;
  made: number;
  requested: number;
  status: string;
}

const showing = (client: OpenApiClient, job_id: number) => async (): Promise<Made> => {
  const answer = await client.call("getV1GeneratorJobId", { params: { job_id } });
  return { ...(answer.body as Made), status: (answer.body as Made).state };
};

test("a preview waits, goes on without asking twice, and is thrown away", async () => {
  const fake = await FakeProvider.start(rowWriter(20));
  const { program, client } = await studioProgram(studioEnvironment(makeFolder(), fake.origin));
  const { body: cards } = await client.call("getV1GeneratorDomains");
  const support = cards.domains.find(({ key }: { key: string }) => key === "support");
  const [parameter] = support.parameters;
  const [only, ...others] = parameter.values.map(({ name }: { name: string }) => name);
  const weights = { [parameter.name]: Object.fromEntries(others.map((one: string) => [one, 0])) };
  const wanted = { ...body, weights };

  const { body: price } = await client.call("postV1GeneratorEstimate", { body: wanted });
  expect(price).toMatchObject({ provider: "openai", preview: { likely: { calls: 3 } } });
  expect(price.set.likely.calls).toBe(8);
  expect(fake.bill.requests).toBe(0);

  const begun = (await client.call("postV1GeneratorPreviews", { body: wanted })).body as Made;
  const waits = showing(client, begun.job_id);
  await followed(waits, ({ state }) => state === "waiting");
  expect(fake.bill.requests).toBe(3);
  const params = { job_id: begun.job_id };
  const { body: first } = await client.call("getV1GeneratorJobIdRows", { params });
  expect(first.rows.map(({ row }: { row: number }) => row)).toEqual([2, 1, 0]);
  for (const { values, example, status } of first.rows) {
    expect([status, values[parameter.name]]).toEqual(["made", only]);
    expect(example.content.messages.length).toBeGreaterThan(1);
  }

  const going = await client.call("postV1GeneratorJobIdContinue", { params, body: { count: 6 } });
  expect(going.body).toMatchObject({ preview: null, requested: 6 });
  const end = (await followed(waits, ({ state }) => state === "ended")).at(-1);
  expect(end).toMatchObject({ made: 6, dataset: { name: "Printers" } });
  expect(fake.bill.requests).toBe(6);
  expect((await client.call("postV1GeneratorJobIdContinue", { params, body: {} })).status).toBe(
    409,
  );

  const other = await client.call("postV1GeneratorPreviews", { body: { ...wanted, seed: 5 } });
  const second = other.body as Made;
  await followed(showing(client, second.job_id), ({ state }) => state === "waiting");
  const thrown = { job_id: second.job_id };
  expect((await client.call("deleteV1GeneratorJobIdPreview", { params: thrown })).status).toBe(200);
  expect(await showing(client, second.job_id)()).toMatchObject({ state: "ended", dataset: null });
  const gone = await client.call("getDatasetsId", { params: { id: second.dataset_id } });
  expect(gone.status).toBe(404);

  const stranger = { ...wanted, weights: { weather: { fine: 1 } } };
  const refused = await client.call("postV1GeneratorPreviews", { body: stranger });
  expect(refused).toMatchObject({ status: 400, body: { error: { code: "FT-DOMAIN-007" } } });
  program.process.kill("SIGTERM");
  expect((await program.ended).code).toBe(0);
});
