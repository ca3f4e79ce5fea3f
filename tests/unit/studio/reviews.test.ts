// A review over the API: documents handed in and read, their text by ranges, conversations accepted, corrected, split,
// joined and added, each step undone and done again, and a dataset made of what was accepted.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDocuments } from "../../../src/app/reviews/read-documents.ts";
import { withStore } from "../../../src/app/store/with-store.ts";
import { type TestStudio, testStudio } from "../../support/studio.ts";

interface Said {
  role: string;
  spans: [number, number][];
  content: string;
}

interface Found {
  id: number;
  source_id: number;
  status: string;
  messages: Said[];
  is_changed: boolean;
  problems: string[];
}

const faq = [
  "Q: Is it open on Sundays?",
  "A: Yes, from ten to four.",
  "",
  "Q: Can I bring my dog?",
  "A: Dogs are welcome in the garden. 🐕",
  "",
  "Q: Where do I park?",
  "A: Behind the house, under the trees.",
  "",
].join("\n");

const chat = [
  "User: My printer prints only blank pages. What can I do?",
  "Assistant: Is the cartridge new?",
  "User: Yes, I put it in today.",
  "Assistant: Then take off the strip of tape on its lower side.",
  "",
].join("\n");

/** What a worker does with the job, in this process. */
const read = ({ environment }: TestStudio, review: number) =>
  withStore(environment, (store) => readDocuments(environment, store, review));

async function reviewOf(studio: TestStudio, files: Record<string, string>): Promise<number> {
  const { client } = studio;
  const made = await client.call("postV1Reviews", { body: { name: "House" } });
  const id = made.body.id as number;
  for (const [name, text] of Object.entries(files)) {
    const file = await client.call("postV1ReviewsIdFiles", {
      params: { id },
      file: { name, text },
    });
    expect(file.status).toBe(200);
  }
  return id;
}

async function linesOf({ client }: TestStudio, id: number, query = {}): Promise<Found[]> {
  const page = await client.call("getV1ReviewsIdConversations", { params: { id }, query });
  return page.body.conversations as Found[];
}

const showing =
  ({ client }: TestStudio, id: number) =>
  async (conversation: number) =>
    (await client.call("getV1ReviewsIdConversationsConversation", { params: { id, conversation } }))
      .body as Found;

test("documents are read with a report of each, and their text is given by ranges", async () => {
  const studio = await testStudio();
  const { client } = studio;
  const id = await reviewOf(studio, {
    "faq.txt": faq,
    "chat.txt": chat,
    "broken.pdf": "%PDF-1.7\nbroken",
  });
  const started = await client.call("postV1ReviewsIdStart", { params: { id } });
  expect(started.body).toMatchObject({ kind: "identify", status: "pending" });
  expect((await client.call("postV1ReviewsIdStart", { params: { id } })).status).toBe(409);
  await read(studio, id);
  const { body } = await client.call("getV1ReviewsId", { params: { id } });
  const told = Object.fromEntries(
    body.sources.map((one: { name: string }) => [one.name, one] as const),
  );
  expect(told["faq.txt"]).toMatchObject({
    ...{ state: "read", kind: "text", characters: faq.length, conversations: 3 },
    rules: { "question-answer-labels": 3 },
  });
  expect(told["broken.pdf"]).toMatchObject({ state: "skipped", reason: expect.any(String) });
  expect(body.counts).toEqual({ open: 4, accepted: 0, rejected: 0 });
  const source = told["faq.txt"].id as number;
  const part = await client.call("getV1ReviewsIdSourcesSourceText", {
    ...{ params: { id, source }, query: { start: 26, end: 80 } },
  });
  expect(part.body).toMatchObject({ start: 26, end: 80, length: faq.length });
  expect(part.body.text).toBe(faq.slice(26, 80));
  expect(part.body.marks.map((one: { status: string }) => one.status)).toEqual(["open", "open"]);
  // a second try reads nothing again: what was decided stays
  const [first] = await linesOf(studio, id);
  await client.call("postV1ReviewsIdDecide", {
    ...{ params: { id }, body: { status: "accepted", conversations: [first?.id] } },
  });
  await read(studio, id);
  expect((await linesOf(studio, id, { status: "accepted" })).map((one) => one.id)).toEqual([
    first?.id,
  ]);
});

test("every correction is slices of the text, can be undone and done again", async () => {
  const studio = await testStudio();
  const { client } = studio;
  const id = await reviewOf(studio, { "chat.txt": chat });
  await read(studio, id);
  const [line] = await linesOf(studio, id);
  const conversation = line?.id ?? 0;
  const params = { id, conversation };
  const show = showing(studio, id);
  const before = await show(conversation);
  expect(before.messages).toHaveLength(4);
  expect(before.problems).toEqual([]);

  const swapped = before.messages.map(({ role, spans }) => ({
    spans,
    role: role === "user" ? "assistant" : "user",
  }));
  const put = (messages: unknown) =>
    client.call("putV1ReviewsIdConversationsConversation", { params, body: { messages } });
  const corrected = await put(swapped);
  expect(corrected.body).toMatchObject({ is_changed: true });
  expect(corrected.body.problems).toContain("it starts with an answer");
  const [start = 0, end = 0] = before.messages[0]?.spans[0] ?? [];
  const inside = await put([{ role: "user", spans: [[start, end - 1]] }]);
  expect(inside.body.messages[0].content).toBe(chat.slice(start, end - 1));
  for (const spans of [
    [[0, 9999]],
    [[end, start]],
    [
      [start, end],
      [start, end],
    ],
    [[chat.length - 1, chat.length]],
  ])
    expect((await put([{ role: "user", spans }])).body.error.code).toBe("FT-REVIEW-003");

  const halves = await client.call("postV1ReviewsIdUndo", { params: { id } });
  expect(halves.body.step).toMatchObject({ action: "Corrected a conversation", is_undone: true });
  await client.call("postV1ReviewsIdUndo", { params: { id } });
  expect(await show(conversation)).toEqual(before);
  expect((await client.call("postV1ReviewsIdUndo", { params: { id } })).status).toBe(409);
  await client.call("postV1ReviewsIdRedo", { params: { id } });
  expect((await show(conversation)).messages.map(({ role }) => role)).toEqual(
    swapped.map(({ role }) => role),
  );
  await client.call("postV1ReviewsIdUndo", { params: { id } });

  const parts = await client.call("postV1ReviewsIdConversationsConversationSplit", {
    ...{ params, body: { at: 2 } },
  });
  expect(parts.body.conversations.map((one: Found) => one.messages.length)).toEqual([2, 2]);
  expect(await linesOf(studio, id)).toHaveLength(2);
  const joined = await client.call("postV1ReviewsIdConversationsConversationJoin", { params });
  expect(joined.body.messages).toEqual(before.messages);
  const alone = await client.call("postV1ReviewsIdConversationsConversationJoin", { params });
  expect(alone.status).toBe(409);
  await client.call("postV1ReviewsIdUndo", { params: { id } });
  await client.call("postV1ReviewsIdUndo", { params: { id } });
  expect(await linesOf(studio, id)).toHaveLength(1);
  expect(await show(conversation)).toEqual(before);
  const { body: history } = await client.call("getV1ReviewsIdSteps", { params: { id } });
  expect(history.steps.every((one: { is_undone: boolean }) => one.is_undone)).toBe(true);
});

test("what is accepted becomes a dataset, letter by letter, and a review is removed whole", async () => {
  const studio = await testStudio();
  const { client, home } = studio;
  const id = await reviewOf(studio, { "faq.txt": faq, "chat.txt": chat });
  expect((await client.call("postV1ReviewsIdDataset", { params: { id }, body: {} })).status).toBe(
    409,
  );
  await read(studio, id);
  const all = await client.call("postV1ReviewsIdDecide", {
    ...{ params: { id }, body: { status: "accepted", at_least: 0.5 } },
  });
  expect(all.body).toEqual({ decided: 4, counts: { open: 0, accepted: 4, rejected: 0 } });
  const { source_id: source = 0 } = (await linesOf(studio, id))[0] ?? {};
  const title = faq.indexOf("Where do I park?");
  const added = await client.call("postV1ReviewsIdConversations", {
    params: { id },
    body: { source, messages: [{ role: "user", spans: [[title, title + 16]] }] },
  });
  expect(added.body.problems).toContain("it has no answer");
  await client.call("postV1ReviewsIdDecide", {
    ...{ params: { id }, body: { status: "rejected", conversations: [added.body.id] } },
  });
  const made = await client.call("postV1ReviewsIdDataset", { params: { id }, body: {} });
  expect(made.body).toMatchObject({ refused: [], dataset: { name: "House", example_count: 4 } });
  const rows = readFileSync(made.body.dataset.file_path as string, "utf8")
    .trim()
    .split("\n");
  for (const row of rows)
    for (const { content } of (JSON.parse(row) as { messages: Said[] }).messages)
      expect([faq, chat].some((text) => text.includes(content))).toBe(true);
  const page = await client.call("getDatasetsIdExamples", { params: { id: made.body.dataset.id } });
  expect(page.body.examples[0].metadata).toMatchObject({ source: "faq.txt" });
  expect((await client.call("deleteV1ReviewsId", { params: { id } })).status).toBe(200);
  expect((await client.call("getV1ReviewsId", { params: { id } })).status).toBe(404);
  expect(() =>
    readFileSync(join(home, "studio", "reviews", String(id), "files", "faq.txt")),
  ).toThrow();
  const still = await client.call("getDatasetsId", { params: { id: made.body.dataset.id } });
  expect(still.status).toBe(200);
});
