// The rules over one row. The next rule is one file and one line here.
import type { Sighting } from "../profile.ts";
import { answers } from "./answers.ts";
import { calls } from "./calls.ts";
import { contents } from "./contents.ts";
import { images } from "./images.ts";
import { keys } from "./keys.ts";
import { roles } from "./roles.ts";
import type { Looked, Rule } from "./rule.ts";
import { secrets } from "./secrets.ts";
import { tools } from "./tools.ts";

const rules: readonly Rule[] = [keys, roles, contents, calls, tools, answers, images, secrets];

/** Everything found in a row, in the order of the rules. */
export function* sightingsIn(looked: Looked): Generator<Sighting> {
  yield* looked.seen.sightings;
  for (const rule of rules) yield* rule(looked);
}
