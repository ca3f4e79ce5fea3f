// The pictures of a set: lengths, turns, topics, languages, splits, over all of its rows at flat memory.
import { z } from "zod";
import { PicturesOf } from "../../../synth/rows/pictures.ts";
import { defineLook } from "./look.ts";

/** Rows between two looks at the clock. */
const part = 500;
/** Milliseconds between what is kept of a long count. */
const every = 1500;

export const picturesLook = defineLook({
  title: "charts",
  rowsAtOnce: 2000,
  options: z.strictObject({}),
  run: async (set, _, { signal, onRows, soFar }) => {
    const pictures = new PicturesOf();
    let done = 0;
    let last = performance.now();
    for await (const { text, metadata } of set.all()) {
      pictures.add(JSON.parse(text) as Record<string, unknown>, metadata);
      if (++done % part !== 0) continue;
      signal.throwIfAborted();
      if (performance.now() - last < every) continue;
      last = performance.now();
      onRows(done);
      await soFar(pictures.result(), done);
    }
    return pictures.result();
  },
});
