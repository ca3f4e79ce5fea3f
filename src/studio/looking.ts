// The one process of a server that looks at models and rows for whoever asks, ended with the server.
import { Looker } from "../app/train/looker.ts";
import type { Studio } from "./studio.ts";

const lookers = new WeakMap<Studio, Looker>();

export function lookerOf(studio: Studio): Looker {
  const known = lookers.get(studio);
  if (known !== undefined) return known;
  const looker = new Looker();
  studio.ending.addEventListener("abort", () => looker.close(), { once: true });
  lookers.set(studio, looker);
  return looker;
}
