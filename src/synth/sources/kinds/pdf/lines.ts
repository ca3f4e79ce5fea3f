// Lines of a page from pieces of text with places, in the order in which the page draws them, which is that of reading
// in all but few documents: pieces of one height that follow each other are a line.

/** A piece of text as PDF has it; the place of its beginning in points, from the left and the bottom. */
export interface Piece {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Of its letters, in points. */
  readonly size: number;
}

export interface Line {
  text: string;
  readonly left: number;
  right: number;
  readonly y: number;
  size: number;
}

/** Of the size of letters: what is a space, and what sets columns of a table apart. */
const SPACE = 0.15;
const COLUMN = 2.5;

function isSameLine(line: Line, { x, y, size }: Piece): boolean {
  const larger = Math.max(line.size, size);
  return Math.abs(line.y - y) < larger * 0.4 && x > line.right - larger * 0.5;
}

function gapText(line: Line, piece: Piece): string {
  const gap = piece.x - line.right;
  if (gap > line.size * COLUMN) return "\t";
  const isSpaced = /\s$/.test(line.text) || /^\s/.test(piece.text);
  return gap > line.size * SPACE && !isSpaced ? " " : "";
}

export function linesOf(pieces: readonly Piece[]): Line[] {
  const lines: Line[] = [];
  for (const piece of pieces) {
    if (piece.text.trim() === "") {
      const last = lines.at(-1);
      if (last !== undefined && piece.text !== "" && isSameLine(last, piece)) addPiece(last, piece);
      continue;
    }
    const last = lines.at(-1);
    if (last !== undefined && isSameLine(last, piece)) addPiece(last, piece);
    else {
      const { text, x, y, width, size } = piece;
      lines.push({ text, left: x, right: x + width, y, size });
    }
  }
  for (const line of lines) line.text = line.text.replaceAll(/ {2,}/g, " ").trim();
  return lines.filter(({ text }) => text !== "");
}

function addPiece(line: Line, piece: Piece): void {
  line.text += gapText(line, piece) + piece.text;
  line.right = Math.max(line.right, piece.x + piece.width);
  if (piece.text.trim() !== "") line.size = Math.max(line.size, piece.size);
}
