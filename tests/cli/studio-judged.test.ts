// A quality job looked through over the API: every row with its scores and evidence, a mending taken back and let stand
// again, a row out of quarantine, ratings without the judge's scores and the agreement.
import { expect, test } from "vitest";
import { qualitySet } from "../support/quality-set.ts";
import { followed, studioProgram } from "../support/studio-program.ts";

interface Row {
  id: number;
  position: number;
  example_id: number;
  decision: string;
  standing: string;
  is_accepted: boolean;
  score: number | null;
  parts: { role: string; text: string }[];
  parts_after: { role: string; text: string }[] | null;
  criteria: { name: string; evidence: string; score: number }[];
}

test(
  "a quality job is looked through row by row, and what it did is taken back",
  { timeout: 600_000 },
  async () => {
    const set = await qualitySet(24, 0);
    const { program, client } = await studioProgram(set.environment);
    const { body: price } = await client.call("postV1QualityEstimate", {
      body: { dataset_id: set.id },
    });
    expect(price).toMatchObject({ provider: "openai", rows: 24, looked: 24 });
    expect(price.most.calls).toBeGreaterThan(price.scoring.calls);
    expect(set.fake.bill.requests).toBe(0);
    const start = await client.call("postQualityStart", {
      body: { dataset_id: set.id, auto_remove: true },
    });
    const params = { job_id: start.body.job_id as number };
    const look = async () => {
      const { body } = await client.call("getV1QualityJobId", { params });
      return { ...body, status: body.job.status as string };
    };
    const seen = await followed(look, ({ status }) => status === "completed");
    const end = seen.at(-1);
    const { processed, kept, fixed, removed } = end.counts;
    expect([processed, kept + fixed + removed]).toEqual([24, 24]);
    expect(fixed).toBeGreaterThan(0);
    expect(removed).toBeGreaterThan(0);
    const sum = (of: number[]) => of.reduce((all, one) => all + one, 0);
    expect(sum(end.histogram.before)).toBe(end.judge.scored);

    const pageOf = async (query: Record<string, string | number>) =>
      (await client.call("getV1QualityJobIdRows", { params, query })).body as {
        rows: Row[];
        total: number;
      };
    const all = await pageOf({ order: "position", limit: 1000 });
    expect(all.rows.map(({ position }) => position)).toEqual(
      Array.from({ length: 24 }, (_, n) => n),
    );
    const lowest = await pageOf({ order: "score", decision: "fixed" });
    expect(lowest.total).toBe(fixed);
    const judged = all.rows.find(({ criteria }) => criteria.length > 0);
    expect(judged?.criteria[0]?.evidence).not.toBe("");

    const [mended] = lowest.rows as [Row];
    expect(mended.standing).toBe("applied");
    expect(mended.parts_after).not.toEqual(mended.parts);
    const textNow = async () =>
      JSON.stringify(
        (await client.call("getExamplesId", { params: { id: mended.example_id } })).body,
      );
    const row = { ...params, row: mended.id };
    const after = mended.parts_after?.at(-1)?.text ?? "";
    const before = mended.parts.at(-1)?.text ?? "";
    for (const [word, standing, text] of [
      ["Undo", "undone", before],
      ["Undo", "undone", before],
      ["Accept", "applied", after],
      ["Undo", "undone", before],
      ["Accept", "applied", after],
    ]) {
      const done = await client.call(`postV1QualityJobIdRowsRow${word}`, { params: row });
      expect(done.body).toMatchObject({ standing, is_accepted: word === "Accept" });
      expect(await textNow()).toContain(JSON.stringify(text).slice(1, -1));
    }

    const [out] = (await pageOf({ decision: "removed" })).rows as [Row];
    const back = { ...params, row: out.id };
    await client.call("postV1QualityJobIdRowsRowUndo", { params: back });
    const example = await client.call("getExamplesId", { params: { id: out.example_id } });
    expect(example.body.status).toBe("active");
    await client.call("putExamplesId", {
      ...{ params: { id: out.example_id } },
      body: {
        content: {
          messages: [
            { role: "user", content: "a" },
            { role: "assistant", content: "b" },
          ],
        },
      },
    });
    const changed = await client.call("postV1QualityJobIdRowsRowAccept", { params: back });
    expect(changed.body.standing).toBe("changed");
    const late = await client.call("postV1QualityJobIdRowsRowUndo", { params: back });
    expect(late).toMatchObject({ status: 409, body: { error: { code: "FT-QUALITY-008" } } });

    const rating = await client.call("getV1QualityJobIdRating", { params, query: { count: 20 } });
    expect(rating.body).toMatchObject({ rated: 0, agreement: null });
    expect(rating.body.rows).toHaveLength(20);
    expect(JSON.stringify(rating.body.rows)).not.toContain('"score"');
    const scores = new Map(all.rows.map(({ id, score }) => [id, score] as const));
    for (const { id } of rating.body.rows as { id: number }[]) {
      const own = Math.round(scores.get(id) ?? 2);
      const put = { params: { ...params, row: id }, body: { rating: own } };
      expect((await client.call("putV1QualityJobIdRowsRowRating", put)).status).toBe(200);
    }
    const rated = await client.call("getV1QualityJobIdRating", { params, query: { count: 20 } });
    expect(rated.body.rated).toBe(20);
    expect(rated.body.agreement.quadratic.kappa).toBeGreaterThan(0.9);
    expect(rated.body.agreement.decisions.count).toBe(20);
    program.process.kill("SIGTERM");
    expect((await program.ended).code).toBe(0);
  },
);
