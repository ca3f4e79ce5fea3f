// What a review's documents held and was not taken: each piece with its reason, taken in all the same; and a model that is
// shown what rules leave open, where the review names one.
import { expect, test } from "vitest";
import { readDocuments } from "../../../src/app/reviews/read-documents.ts";
import { withStore } from "../../../src/app/store/with-store.ts";
import { FakeProvider } from "../../support/fake-provider.ts";
import { studioEnvironment } from "../../support/studio-program.ts";
import { type TestStudio, testStudio } from "../../support/studio.ts";

const faq = "Q: Is it open?\nA: Yes, all day.\n\nQ: Can I bring my dog?\nA: Dogs are welcome.\n";

const prose = `The two had not met for years.
"Do you still have the boat?" she asked him.
"Yes, and you would not know it, I painted it green."
"Can we take it out on Sunday?"
"If you bring your own oars, please."
`;

async function reviewOf({ client }: TestStudio, settings: object, text: string): Promise<number> {
  const { body } = await client.call("postV1Reviews", { body: { name: "House", ...settings } });
  const id = body.id as number;
  const file = { name: "house.txt", text };
  await client.call("postV1ReviewsIdFiles", { params: { id }, file });
  return id;
}

test("each piece says why it was left out, and is taken in all the same", async () => {
  const studio = await testStudio();
  const { client, environment } = studio;
  const id = await reviewOf(studio, { min_turns: 3 }, faq);
  await withStore(environment, (store) => readDocuments(environment, store, id));
  const { body: review } = await client.call("getV1ReviewsId", { params: { id } });
  expect(review.sources[0]).toMatchObject({ conversations: 0, left_out: 2 });
  const left = async () =>
    (await client.call("getV1ReviewsIdLeftOut", { params: { id }, query: {} })).body;
  const { pieces, total, next } = await left();
  expect({ total, next }).toEqual({ total: 2, next: null });
  expect(pieces[0]).toMatchObject({
    ...{ source: "house.txt", turns: 2, is_taken: false },
    ...{ reason: "2 turns; the minimum is 3", text: "Is it open?\nYes, all day." },
  });
  const [{ source_id: source, messages }] = pieces;
  const added = await client.call("postV1ReviewsIdConversations", {
    ...{ params: { id }, body: { source, messages } },
  });
  expect(added.body.messages.map(({ content }: { content: string }) => content)).toEqual([
    ...["Is it open?", "Yes, all day."],
  ]);
  expect((await left()).pieces.map((one: { is_taken: boolean }) => one.is_taken)).toEqual([
    ...[true, false],
  ]);
  const page = await client.call("getV1ReviewsIdLeftOut", {
    ...{ params: { id }, query: { from: 1, limit: 1 } },
  });
  expect(page.body.pieces).toHaveLength(1);
});

test("one that is not sure enough tells how sure it was", async () => {
  const studio = await testStudio();
  const { client, environment } = studio;
  const id = await reviewOf(studio, { min_confidence: 1 }, faq);
  await withStore(environment, (store) => readDocuments(environment, store, id));
  const { body } = await client.call("getV1ReviewsIdLeftOut", { params: { id }, query: {} });
  expect(body.pieces[0].reason).toBe(
    `confidence ${body.pieces[0].confidence} is below the minimum of 1`,
  );
});

test("a model is shown what rules leave open, where one is named, and nobody else", async () => {
  const ranges = [
    { role: "user", first: 2, last: 2 },
    { role: "assistant", first: 3, last: 3 },
  ];
  const text = JSON.stringify({ conversations: [{ messages: ranges }] });
  const fake = await FakeProvider.start(() => ({ text }));
  const studio = await testStudio();
  const { client, home } = studio;
  const environment = { ...studioEnvironment(home, fake.origin), ...studio.environment };
  const read = async (settings: object) => {
    const id = await reviewOf(studio, settings, prose);
    await withStore(environment, (store) => readDocuments(environment, store, id));
    return (await client.call("getV1ReviewsId", { params: { id } })).body;
  };
  const alone = await read({});
  expect(alone.counts.open).toBe(0);
  expect(alone.report).not.toHaveProperty("model");
  expect(fake.bill.requests).toBe(0);
  const asked = await read({ provider: "openai", model: "fake-model" });
  expect(asked.counts.open).toBe(1);
  expect(asked.sources[0].rules).toEqual({ model: 1 });
  expect(asked.report.model).toEqual({ calls: 1, conversations: 1, rejected: 0 });
  expect(fake.bill.requests).toBe(1);
});
