// Two clicks ask for a thing once: while it goes on, and within a double click's time after it began.
import { beforeEach, expect, test } from "vitest";
import { doubleClick, Once } from "../../../src/studio/web/api/once.ts";

let now = 0;
let once = new Once();

beforeEach(() => {
  now = 0;
  once = new Once(() => now);
});

test("the second of two that come at once begins nothing", () => {
  expect(once.begin({ kind: "export" })).toBeDefined();
  expect(once.begin({ kind: "export" })).toBeUndefined();
});

test("however long it goes on", () => {
  const ended = once.begin(undefined);
  now = 60_000;
  expect(once.begin(undefined)).toBeUndefined();
  ended?.(true);
  expect(once.begin(undefined)).toBeDefined();
});

test("an answer that comes between the two clicks of a double click lets no second through", () => {
  once.begin("pause")?.(true);
  now = doubleClick - 1;
  expect(once.begin("pause")).toBeUndefined();
  now = doubleClick;
  expect(once.begin("pause")).toBeDefined();
});

test("what failed is tried again at once", () => {
  once.begin("pause")?.(false);
  expect(once.begin("pause")).toBeDefined();
});

test("something else begins meanwhile, and the first again after it: the last wish counts", () => {
  const first = once.begin(["a"]);
  expect(once.begin(["a", "b"])).toBeDefined();
  expect(once.begin(["a"])).toBeDefined();
  // the end of what was begun before says nothing of what goes on now
  first?.(false);
  expect(once.begin(["a"])).toBeUndefined();
});
