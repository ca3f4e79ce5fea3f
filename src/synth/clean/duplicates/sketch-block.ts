// What a thread makes of a block of rows so that duplicates can be looked for: hashes, sketches and the texts.
import { type LineBlock, rowsOf } from "../../rows/row-blocks.ts";
import { type Said, saidBy, shownBy } from "../../rows/row-text.ts";
import { comparedText, normalText, textHash } from "./normal-text.ts";
import { type PieceSize, sketchInto, sketchSize } from "./sketch.ts";

export interface SketchSetup {
  /** Told in errors. */
  readonly file: string;
  readonly pieces: PieceSize;
}

export interface SketchedBlock {
  readonly ids: string[];
  /** Of what the rows say, as it stands, and as normal text. */
  readonly exact: Float64Array;
  readonly normal: Float64Array;
  /** 128 a row. */
  readonly sketches: Uint16Array;
  /** Normal texts in UTF-8: the system's, the others; a hash of what is no text, where there is any. Separators between. */
  readonly texts: Uint8Array;
  readonly ends: Uint32Array;
}

/** Between a row's texts; normal texts have none. */
const separator = "\u0000";

export interface RowTexts {
  readonly system: string;
  readonly text: string;
  /** A hash of pictures and the like, and of rows without a letter; mostly empty. */
  readonly beside: string;
}

const joined = ({ system, text, beside }: RowTexts): string =>
  beside === "" ? system + separator + text : [system, text, beside].join(separator);

export function rowTexts(stored: string): RowTexts {
  const [system = "", text = "", beside = ""] = stored.split(separator);
  return { system, text, beside };
}

interface Sketched {
  id: string;
  exact: number;
  text: string;
  /** All texts of the row. */
  whole: string;
}

/** What is compared beside letters: of marks alone the marks. */
function besideOf(
  value: Readonly<Record<string, unknown>>,
  said: readonly Said[],
  letters: string,
) {
  const shown = shownBy(value, said);
  const marks = letters === "" ? said.map(({ text }) => text).join("\n") : "";
  return shown + marks === "" ? "" : textHash(`${shown}\n${marks}`).toString(36);
}

function sketched(block: LineBlock, file: string): Sketched[] {
  return Array.from(rowsOf(block, file), ({ id, value }) => {
    const said = saidBy(value);
    const { system, text } = comparedText(said);
    const texts = { system: normalText(system), text: normalText(text) };
    const beside = besideOf(value, said, texts.system + texts.text);
    const asItStands = said.map((each) => `${each.role}\n${each.text}`).join("\n\n");
    const whole = joined({ ...texts, beside });
    return { id, exact: textHash(asItStands + beside), text: texts.text, whole };
  });
}

function sketchBlock(block: LineBlock, { file, pieces }: SketchSetup): SketchedBlock {
  const rows = sketched(block, file);
  const sketches = new Uint16Array(rows.length * sketchSize);
  for (const [at, { text }] of rows.entries()) sketchInto(text, pieces, sketches, at * sketchSize);
  const texts = rows.map(({ whole }) => Buffer.from(whole, "utf8"));
  let end = 0;
  return {
    ids: rows.map(({ id }) => id),
    exact: Float64Array.from(rows, ({ exact }) => exact),
    normal: Float64Array.from(rows, ({ whole }) => textHash(whole)),
    sketches,
    texts: new Uint8Array(Buffer.concat(texts)),
    ends: Uint32Array.from(texts, ({ length }) => (end += length)),
  };
}

export async function blockSketcher(
  setup: SketchSetup,
): Promise<(block: LineBlock) => SketchedBlock> {
  return (block) => sketchBlock(block, setup);
}

export const sketchedBuffers = ({
  exact,
  normal,
  sketches,
  texts,
  ends,
}: SketchedBlock): ArrayBuffer[] =>
  [exact, normal, sketches, texts, ends].map(({ buffer }) => buffer as ArrayBuffer);
