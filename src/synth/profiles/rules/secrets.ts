// What should not leave the machine: keys, tokens and passwords in the texts of a row.
import { secretsIn } from "../../../core/secrets.ts";
import type { Sighting } from "../profile.ts";
import { textIn } from "./contents.ts";
import { allMessages, fieldOf, type Looked } from "./rule.ts";

export function* secrets({ seen }: Looked): Generator<Sighting> {
  for (const message of allMessages(seen)) {
    const text = textIn(message.value["content"]);
    if (text === undefined) continue;
    for (const { kind } of secretsIn(text, new Map()))
      yield {
        code: "secret_found",
        field: fieldOf(message, "content"),
        message: `it looks like ${kind}`,
      };
  }
}
