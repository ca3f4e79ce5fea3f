// Which rows are there already: the same but for case, punctuation and spaces, or nearly the same, by the sketches that
// duplicates of whole files are found with (clean/duplicates).
import { createHash } from "node:crypto";
import { editSimilarity } from "../clean/duplicates/edit-similarity.ts";
import { mixed, normalText } from "../clean/duplicates/normal-text.ts";
import { sketchInto, sketchSize } from "../clean/duplicates/sketch.ts";

export interface SaidMessages {
  readonly messages: readonly { readonly role: string; readonly content?: unknown }[];
}

function textOf({ messages }: SaidMessages): string {
  const said = messages.filter(({ role }) => role !== "system");
  const texts = said.map(({ content }) => normalText(typeof content === "string" ? content : ""));
  return texts.join("\n");
}

const keyOf = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 24);

/** Equal for rows that say the same; who says it is in their order. A system message does not count. */
export const rowKey = (row: SaidMessages): string => keyOf(textOf(row));

/** Shorter texts are near one another by chance. */
const leastCharacters = 80;
/** Of longer ones so much is compared. */
const mostCharacters = 4000;
const alike = 0.9;
const bandWidth = 4;

/** Texts that differ in a number say different things. */
const numbersIn = (text: string): string => (text.match(/\p{Nd}+/gu) ?? []).join(" ");

interface Kept {
  text: string;
  numbers: string;
  bands: readonly number[];
}

/** What a text is compared by; undefined for one too short for that. */
function keptOf(whole: string): Kept | undefined {
  if (whole.length < leastCharacters) return undefined;
  const text = whole.slice(0, mostCharacters);
  return { text, numbers: numbersIn(text), bands: bandsOf(text) };
}

export type RowState = "new" | "same" | "near";

export class SeenRows {
  readonly #keys = new Set<string>();
  readonly #bands = new Map<number, Kept[]>();

  /** Whether a row is new; then it is one of those that others are held against. */
  add(row: SaidMessages): RowState {
    const text = textOf(row);
    const key = keyOf(text);
    if (this.#keys.has(key)) return "same";
    this.#keys.add(key);
    const kept = keptOf(text);
    if (kept === undefined) return "new";
    if (this.#isNear(kept)) return "near";
    for (const band of kept.bands) {
      const others = this.#bands.get(band);
      if (others === undefined) this.#bands.set(band, [kept]);
      else if (others.length < mostInBand) others.push(kept);
    }
    return "new";
  }

  /** Whether a row would be new. */
  look(row: SaidMessages): RowState {
    const text = textOf(row);
    if (this.#keys.has(keyOf(text))) return "same";
    const kept = keptOf(text);
    return kept !== undefined && this.#isNear(kept) ? "near" : "new";
  }

  #isNear({ bands, text, numbers }: Kept): boolean {
    const met = new Set(bands.flatMap((band) => this.#bands.get(band) ?? []));
    for (const other of met) {
      if (other.numbers !== numbers) continue;
      if (editSimilarity(other.text, text, alike) >= alike) return true;
    }
    return false;
  }
}

/** A band that all rows share says nothing. */
const mostInBand = 32;

function bandsOf(text: string): number[] {
  const sketch = new Uint16Array(sketchSize);
  sketchInto(text, "short", sketch, 0);
  return Array.from({ length: sketchSize / bandWidth }, (_, band) => {
    let key = mixed(band + 1);
    for (let at = 0; at < bandWidth; at++) key = mixed(key ^ sketch[band * bandWidth + at]!);
    return key;
  });
}
