// Rows that are there twice, and rows for validation that training has seen: by id, by what they say, by what they ask,
// by where they come from. Remembers hashes only.
import { isObject } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { SeenMessage, SeenRow, Sighting } from "../profile.ts";
import { textIn } from "../rules/contents.ts";
import { allMessages, isOf } from "../rules/rule.ts";
import { SeenHashes } from "./seen-hashes.ts";

const said = ({ value }: SeenMessage): unknown => [
  value["role"],
  value["content"],
  value["tool_calls"],
];

/** All that a row says, whatever else stands beside it. */
const contentKey = (seen: SeenRow): string => JSON.stringify(allMessages(seen).map(said));

/** What comes before the last answer. */
function questionKey({ messages, answers }: SeenRow): string | undefined {
  const last = answers === undefined ? messages.findLastIndex(isOf("assistant")) : messages.length;
  return last <= 0 ? undefined : JSON.stringify(messages.slice(0, last).map(said));
}

/** Letters and digits alone, in lower case: what differs in spaces, marks and capitals is nearly the same. */
function plainKey(seen: SeenRow): string {
  const texts = allMessages(seen).map(({ value }) => textIn(value["content"]) ?? "");
  return texts
    .join(" ")
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function idOf({ id }: JsonObject): string | undefined {
  return typeof id === "string" || typeof id === "number" ? String(id) : undefined;
}

function sourceOf({ source }: JsonObject): string | undefined {
  const given = isObject(source) ? source["file"] : source;
  return typeof given === "string" ? given : undefined;
}

/** Says whether a text is nearly one that training has, and of which line; for near-duplicates beyond spelling. */
export interface NearTexts {
  add(text: string, line: number): void;
  find(text: string): number | undefined;
}

/** What a file for training holds. */
export class Repeats {
  readonly #contents = new SeenHashes();
  readonly #ids = new SeenHashes();
  readonly #questions = new SeenHashes();
  readonly #plain = new SeenHashes();
  readonly #sources = new SeenHashes();
  readonly #near: NearTexts | undefined;
  readonly #isCompared: boolean;

  /** `isCompared`: another file will be held against this one. */
  constructor(isCompared: boolean, near?: NearTexts) {
    this.#isCompared = isCompared;
    this.#near = near;
  }

  /** A row of the file itself. */
  *add(row: JsonObject, seen: SeenRow, line: number): Generator<Sighting> {
    const before = this.#contents.add(contentKey(seen), line);
    if (before !== undefined)
      yield {
        code: "duplicate_record",
        field: "",
        message: `the row says what line ${before} says`,
      };
    if (!this.#isCompared) return;
    const [id, question, source] = [idOf(row), questionKey(seen), sourceOf(row)];
    if (id !== undefined) this.#ids.add(id, line);
    if (question !== undefined) this.#questions.add(question, line);
    if (source !== undefined) this.#sources.add(source, line);
    const plain = plainKey(seen);
    this.#plain.add(plain, line);
    this.#near?.add(plain, line);
  }

  /** A row of a file for validation: the surest of what it shares, and its source. */
  *held(row: JsonObject, seen: SeenRow): Generator<Sighting> {
    const id = idOf(row);
    const sameId = id === undefined ? undefined : this.#ids.find(id);
    if (sameId !== undefined)
      yield {
        code: "leak_same_id",
        field: "id",
        message: `line ${sameId} for training has this id too`,
      };
    yield* this.#sameText(seen);
    const source = sourceOf(row);
    const sameSource = source === undefined ? undefined : this.#sources.find(source);
    if (sameSource !== undefined)
      yield {
        code: "leak_same_source",
        field: "source",
        message: `line ${sameSource} for training is from it too`,
      };
  }

  *#sameText(seen: SeenRow): Generator<Sighting> {
    const exact = this.#contents.find(contentKey(seen));
    if (exact !== undefined) {
      yield { code: "leak_exact", field: "", message: `line ${exact} for training is the same` };
      return;
    }
    const plain = plainKey(seen);
    const near = this.#plain.find(plain) ?? this.#near?.find(plain);
    if (near !== undefined && plain !== "") {
      yield {
        code: "leak_near",
        field: "",
        message: `line ${near} for training is nearly the same`,
      };
      return;
    }
    const question = questionKey(seen);
    const asked = question === undefined ? undefined : this.#questions.find(question);
    if (asked !== undefined)
      yield {
        code: "leak_same_question",
        field: "",
        message: `line ${asked} for training asks the same`,
      };
  }
}
