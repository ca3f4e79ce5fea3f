// What a thread makes of a block of rows so that duplicates can be looked for: hashes, sketches and the texts.
import { type LineBlock, rowsOf } from "../../rows/row-blocks.ts";
import { saidBy } from "../../rows/row-text.ts";
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
  /** Normal texts in UTF-8; the system's text first, then a separator. */
  readonly texts: Uint8Array;
  readonly ends: Uint32Array;
}

/** Between the system's text and the others; normal texts have none. */
export const separator = "\u0000";

interface Sketched {
  id: string;
  exact: number;
  system: string;
  text: string;
}

function sketched(block: LineBlock, file: string): Sketched[] {
  return Array.from(rowsOf(block, file), ({ id, value }) => {
    const said = saidBy(value);
    const { system, text } = comparedText(said);
    const whole = said.map((each) => `${each.role}\n${each.text}`).join("\n\n");
    return { id, exact: textHash(whole), system: normalText(system), text: normalText(text) };
  });
}

function sketchBlock(block: LineBlock, { file, pieces }: SketchSetup): SketchedBlock {
  const rows = sketched(block, file);
  const sketches = new Uint16Array(rows.length * sketchSize);
  for (const [at, { text }] of rows.entries()) sketchInto(text, pieces, sketches, at * sketchSize);
  const texts = rows.map(({ system, text }) => Buffer.from(system + separator + text, "utf8"));
  let end = 0;
  return {
    ids: rows.map(({ id }) => id),
    exact: Float64Array.from(rows, ({ exact }) => exact),
    normal: Float64Array.from(rows, ({ system, text }) => textHash(system + separator + text)),
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
