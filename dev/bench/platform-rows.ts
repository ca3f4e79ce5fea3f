// The rows that the benches of the dataset creator put into their sets.
import type { Random } from "../../src/core/random.ts";
import type { NewExample } from "../../src/store/platform/index.ts";

const words = "The return was filed late because the bank sent its letter to another address. ";

export function* platformRows(count: number, random: Random): Generator<NewExample> {
  for (let n = 0; n < count; n++) {
    const content = {
      instruction: `Question ${n}: ${words}`,
      output: `Answer ${n}: ${words}${words}`,
    };
    yield { content, qualityScore: random.integer(101) / 10 };
  }
}
