// SentencePiece's model file (sentencepiece_model.proto), checked: its pieces, and how text comes to them.
// How a tokenizer comes of it is definition.ts's.
import { ModelError } from "../../core/errors.ts";
import { fieldMap, fieldsOf, type FieldValue, ProtobufProblem } from "./protobuf.ts";

export interface Piece {
  text: string;
  score: number;
  /** Of `tokenTypes`. */
  type: number;
}

export interface SentencePieceModel {
  algorithm: "unigram" | "bpe";
  pieces: readonly Piece[];
  /** What no piece covers becomes its bytes. */
  byteFallback: boolean;
  /** By role; a role that the model has not is absent. */
  ids: Readonly<Partial<Record<"unk" | "bos" | "eos" | "pad", number>>>;
  /** The table of characters' replacements, as the file has it; empty where there is none. */
  charsmap: Uint8Array;
  /** A space is put in front of each text. */
  addsPrefix: boolean;
  /** Spaces in front and behind go, several become one. */
  joinsSpaces: boolean;
}

const MOST_PIECES = 4_000_000;
const LONGEST_PIECE = 16_384;

function numberIn(fields: ReadonlyMap<number, FieldValue>, at: number, usual: number): number {
  const value = fields.get(at) ?? usual;
  if (typeof value === "number") return value;
  throw new ProtobufProblem("bytes where a number is expected");
}

function bytesIn(fields: ReadonlyMap<number, FieldValue>, at: number): Uint8Array {
  const value = fields.get(at) ?? new Uint8Array();
  if (typeof value !== "number") return value;
  throw new ProtobufProblem("a number where bytes are expected");
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new ProtobufProblem("a piece that is not UTF-8");
  }
}

function pieceOf(bytes: Uint8Array): Piece {
  const fields = fieldMap(bytes);
  const text = textOf(bytesIn(fields, 1));
  const score = bytesIn(fields, 2);
  if (text.length > LONGEST_PIECE) throw new ProtobufProblem("a piece of endless length");
  const view = new DataView(score.buffer, score.byteOffset, score.byteLength);
  const value = score.length === 4 ? view.getFloat32(0, true) : 0;
  if (!Number.isFinite(value)) throw new ProtobufProblem("a score that is no number");
  return { text, score: value, type: numberIn(fields, 3, 1) };
}

/** The numbers of the file's model types, and their fields' own. */
const algorithms = new Map<number, SentencePieceModel["algorithm"]>([
  [1, "unigram"],
  [2, "bpe"],
]);

const idFields = { unk: [40, 0], bos: [41, 1], eos: [42, 2], pad: [43, -1] } as const;

function idsIn(trainer: ReadonlyMap<number, FieldValue>, count: number): SentencePieceModel["ids"] {
  const ids = Object.entries(idFields).map(
    ([role, [at, usual]]) => [role, numberIn(trainer, at, usual)] as const,
  );
  return Object.fromEntries(ids.filter(([, id]) => id >= 0 && id < count));
}

function unsupported(file: string, message: string): ModelError {
  const hint = "use a revision of the model that has tokenizer.json";
  return new ModelError("FT-MODEL-025", { at: { file }, message, hint });
}

function assembled(file: string, bytes: Uint8Array): SentencePieceModel {
  const pieces: Piece[] = [];
  const parts = new Map<number, Uint8Array>();
  for (const { number, value } of fieldsOf(bytes)) {
    if (typeof value === "number") continue;
    if (number === 1) pieces.push(pieceOf(value));
    else parts.set(number, value);
    if (pieces.length > MOST_PIECES) throw new ProtobufProblem("pieces without end");
  }
  const [trainer, normalizer] = [2, 3].map((at) => fieldMap(parts.get(at) ?? new Uint8Array()));
  if (trainer === undefined || normalizer === undefined || pieces.length === 0)
    throw new ProtobufProblem("it has no pieces");
  const algorithm = algorithms.get(numberIn(trainer, 3, 1));
  if (algorithm === undefined)
    throw unsupported(file, "a SentencePiece model of words or characters is not supported");
  if (numberIn(trainer, 24, 0) !== 0)
    throw unsupported(file, "a SentencePiece model with spaces after its pieces is not supported");
  return {
    algorithm,
    pieces,
    byteFallback: numberIn(trainer, 35, 0) !== 0,
    ids: idsIn(trainer, pieces.length),
    charsmap: bytesIn(normalizer, 2),
    addsPrefix: numberIn(normalizer, 3, 1) !== 0,
    joinsSpaces: numberIn(normalizer, 4, 1) !== 0,
  };
}

/** @throws ModelError FT-MODEL-020 for a damaged file, 025 for a kind of model that is not built. */
export function readSentencePiece(file: string, bytes: Uint8Array): SentencePieceModel {
  try {
    return assembled(file, bytes);
  } catch (error) {
    if (!(error instanceof ProtobufProblem)) throw error;
    throw new ModelError("FT-MODEL-020", {
      at: { file },
      message: `not a valid SentencePiece model: ${error.message}`,
      hint: "download the model again: this file is damaged",
      cause: error,
    });
  }
}
