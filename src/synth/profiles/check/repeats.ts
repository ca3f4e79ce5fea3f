// Rows that are there twice, and rows for validation that training has seen: by id, by what they say, by what they ask,
// by where they come from. Remembers hashes only.
import { isObject } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { SeenMessage, SeenRow, Sighting } from "../profile.ts";
import { allMessages, isOf } from "../rules/rule.ts";
import { SeenHashes } from "./seen-hashes.ts";

const said = ({ value }: SeenMessage): unknown => [
  value["role"],
  value["content"],
  value["tool_calls"],
];

/** All that a row says, whatever else stands beside it; undefined of one in which no message was found. */
function contentKey(seen: SeenRow): string | undefined {
  const messages = allMessages(seen);
  return messages.length === 0 ? undefined : JSON.stringify(messages.map(said));
}

/** What comes before the last answer. */
function questionKey({ messages, answers }: SeenRow): string | undefined {
  const last = answers === undefined ? messages.findLastIndex(isOf("assistant")) : messages.length;
  return last <= 0 ? undefined : JSON.stringify(messages.slice(0, last).map(said));
}

function idOf({ id }: JsonObject): string | undefined {
  return typeof id === "string" || typeof id === "number" ? String(id) : undefined;
}

function sourceOf({ source }: JsonObject): string | undefined {
  const given = isObject(source) ? source["file"] : source;
  return typeof given === "string" ? given : undefined;
}

/** What a file for training holds. */
export class Repeats {
  readonly #contents = new SeenHashes();
  readonly #ids = new SeenHashes();
  readonly #questions = new SeenHashes();
  readonly #sources = new SeenHashes();
  readonly #exact = new Set<number>();
  readonly #isCompared: boolean;

  /** `isCompared`: another file will be held against this one. */
  constructor(isCompared: boolean) {
    this.#isCompared = isCompared;
  }

  /** A row of the file itself. */
  *add(row: JsonObject, seen: SeenRow, line: number): Generator<Sighting> {
    const content = contentKey(seen);
    const before = content === undefined ? undefined : this.#contents.add(content, line);
    if (before !== undefined)
      yield {
        code: "duplicate_record",
        field: "",
        message: `the row repeats line ${before}`,
      };
    if (!this.#isCompared) return;
    const [id, question, source] = [idOf(row), questionKey(seen), sourceOf(row)];
    if (id !== undefined) this.#ids.add(id, line);
    if (question !== undefined) this.#questions.add(question, line);
    if (source !== undefined) this.#sources.add(source, line);
  }

  /** A row of a file for validation: the surest of what it shares, and its source. */
  *held(row: JsonObject, seen: SeenRow, line: number): Generator<Sighting> {
    const id = idOf(row);
    const sameId = id === undefined ? undefined : this.#ids.find(id);
    if (sameId !== undefined)
      yield {
        code: "leak_same_id",
        field: "id",
        message: `line ${sameId} of the training file has the same id`,
      };
    yield* this.#sameText(seen, line);
    const source = sourceOf(row);
    const sameSource = source === undefined ? undefined : this.#sources.find(source);
    if (sameSource !== undefined)
      yield {
        code: "leak_same_source",
        field: "source",
        message: `line ${sameSource} of the training file has the same source`,
      };
  }

  /** Whether a line that was held against this file is the same as one of its. */
  isExact(line: number): boolean {
    return this.#exact.has(line);
  }

  *#sameText(seen: SeenRow, line: number): Generator<Sighting> {
    const content = contentKey(seen);
    const exact = content === undefined ? undefined : this.#contents.find(content);
    if (exact !== undefined) {
      this.#exact.add(line);
      yield {
        code: "leak_exact",
        field: "",
        message: `identical to line ${exact} of the training file`,
      };
      return;
    }
    const question = questionKey(seen);
    const asked = question === undefined ? undefined : this.#questions.find(question);
    if (asked !== undefined)
      yield {
        code: "leak_same_question",
        field: "",
        message: `line ${asked} of the training file has the same question`,
      };
  }
}
