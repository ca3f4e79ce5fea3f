// A hub, or whoever answers in its place, that sends what no hub sends: nothing is followed for ever, filled or believed.
import { getEventListeners } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FtError } from "../../../src/core/errors.ts";
import { describe as described, filesAt, connect } from "../../../src/weights/hub-connection.ts";
import { resolveModel } from "../../../src/weights/index.ts";
import { rejection } from "../../support/refusal.ts";

let cacheDir: string;
beforeAll(() => void (cacheDir = mkdtempSync(path.join(tmpdir(), "ft-answers-"))));
afterAll(() => rmSync(cacheDir, { recursive: true }));

const commit = "a".repeat(40);
const id = "org/tiny";
const endpoint = "http://hub.invalid";

const hubThat = (answer: (url: string) => Response): typeof fetch =>
  ((input: URL) => Promise.resolve(answer(String(input)))) as typeof fetch;

async function refusalOf(answer: (url: string) => Response, revision = "main"): Promise<FtError> {
  const fetching = { fetch: hubThat(answer), endpoint, cacheDir, retryDelayMs: 1, offline: false };
  return await rejection(resolveModel(id, { ...fetching, revision }), FtError);
}

/** A body that never ends, and how much of it was taken. */
function endless(first: string): { response: Response; taken: () => number } {
  let taken = 0;
  const chunk = new TextEncoder().encode(" ".repeat(1_000_000));
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(first)),
    pull: (controller) => {
      taken += chunk.length;
      controller.enqueue(chunk);
    },
  });
  return { response: new Response(body), taken: () => taken };
}

test("an answer without end is not kept in memory", async () => {
  const bodies: ReturnType<typeof endless>[] = [];
  const error = await refusalOf(() => {
    bodies.push(endless("{"));
    return (bodies.at(-1) as ReturnType<typeof endless>).response;
  });
  expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-036", 6]);
  expect(error.message).toContain("an answer without end");
  expect(bodies.map(({ taken }) => taken() < 80e6)).toEqual([true]);
});

const connection = (answer: (url: string) => Response) =>
  connect({ endpoint, token: undefined, fetch: hubThat(answer), retryDelayMs: 1 });

test("a list without end is given up", async () => {
  let asked = 0;
  const link = { link: `<${endpoint}/api/models/${id}/tree/${commit}?cursor=x>; rel="next"` };
  const listing = filesAt(
    connection(() => {
      asked++;
      return new Response("[]", { headers: link });
    }),
    id,
    commit,
  );
  await expect(listing).rejects.toThrow("a list without end");
  expect(asked).toBe(50);
});

const told = (answer: unknown, revision = "main") =>
  described(
    connection(() => new Response(JSON.stringify(answer))),
    id,
    revision,
  );

test("another commit than the one that was asked for is refused", async () => {
  const other = { sha: "b".repeat(40), id };
  await expect(told(other, commit)).rejects.toThrow(`asked for the commit ${commit}`);
  expect(await told(other)).toMatchObject({ commit: "b".repeat(40) });
});

test("names and tags of another form are none", async () => {
  const answer = { sha: commit, id: { toString: 1 }, tags: 7 };
  expect(await told(answer)).toEqual({ commit, name: id, license: undefined });
  const tags = [null, 3, `license:${"x".repeat(500)}`, "license:mit"];
  expect(await told({ sha: commit, id, tags })).toMatchObject({ license: "mit" });
});

test("an answer of another form is called so", async () => {
  await expect(told(null)).rejects.toThrow("cannot be read: it has another form");
});

test.each([
  [{ size: -5 }, "no id or size"],
  [{ size: "7" }, "no id or size"],
  [{ oid: "../../x" }, "no id or size"],
  [{ oid: { toString: 1 } }, "another form"],
  [{ path: { toString: 1 } }, "no id or size"],
])("a file of %j is no file", async (change, message) => {
  const entry = { type: "file", path: "config.json", size: 3, oid: commit, ...change };
  const hub = connection(() => new Response(JSON.stringify([entry])));
  await expect(filesAt(hub, id, commit)).rejects.toThrow(message);
});

test("a signal keeps nothing of requests that have ended", async () => {
  const { signal } = new AbortController();
  const hub = connect({
    endpoint,
    token: undefined,
    signal,
    fetch: hubThat(() => new Response("{}")),
  });
  for (let count = 0; count < 20; count++) await hub.request(endpoint);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});
