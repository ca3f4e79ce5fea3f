// A client that leaves in the middle of an answer ends what was done for it: the stream of a file, an export of a set.
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { createFilledDataset, datasetsFolder } from "../../../src/store/platform/index.ts";
import { defineRoute, FileAnswer, type RouteGroup } from "../../../src/studio/route.ts";
import { routeGroups } from "../../../src/studio/routes/index.ts";
import { fileStore } from "../../support/open-stores.ts";
import { type TestStudio, testStudio } from "../../support/studio.ts";

/** Asks, takes the first piece of the answer, and leaves. */
async function asksAndLeaves({ apiUrl, token }: TestStudio, path: string): Promise<void> {
  const asked = get(`${apiUrl}${path}`, { headers: { authorization: `Bearer ${token}` } });
  asked.on("error", () => undefined);
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  await once(answer, "data");
  answer.destroy();
}

test("a stream without end is made no further, and closed, once nobody reads it", async () => {
  const made = { pieces: 0, isClosed: false };
  async function* pieces() {
    try {
      for (;;) {
        made.pieces++;
        yield "x".repeat(100_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      made.isClosed = true;
    }
  }
  const endless: RouteGroup = {
    ...{ name: "endless", about: "A file without end" },
    routes: [
      defineRoute({
        ...{ method: "GET", path: "/api/v1/endless", about: "Never ends" },
        answers: { 200: { type: "text/plain", about: "x" } },
        run: () =>
          Promise.resolve(
            new FileAnswer({ stream: Readable.from(pieces()), type: "text/plain", name: "x.txt" }),
          ),
      }),
    ],
  };
  const groups = routeGroups as RouteGroup[];
  groups.push(endless);
  onTestFinished(() => void groups.splice(groups.indexOf(endless), 1));
  const studio = await testStudio();
  await asksAndLeaves(studio, "/api/v1/endless");
  await expect.poll(() => made.isClosed).toBe(true);
  const { pieces: until } = made;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(made.pieces).toBe(until);
});

test("a set that is being exported as CSV can be deleted once its reader has left", async () => {
  const studio = await testStudio();
  const store = await fileStore(`${studio.home}/store/ft.db`);
  const wanted = { format: "chat" as const, folder: datasetsFolder(studio.environment) };
  const content = { messages: [{ role: "user", content: "x".repeat(2000) }] };
  const examples = Array.from({ length: 5000 }, () => ({ content }));
  const { id } = await createFilledDataset(store, { wanted, examples });
  for (let at = 0; at < 5; at++)
    await asksAndLeaves(studio, `/api/datasets/${id}/download?format=csv`);
  const deleted = await studio.ask(`/api/datasets/${id}`, { method: "DELETE" });
  expect(deleted.status).toBe(200);
});
