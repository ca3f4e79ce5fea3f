// What a stored model is to the rest of the program, whatever its files look like.
// Not a reader: each weight form has its own, and gives one of these.
import type { NamedFiles } from "../core/named-files.ts";
import type { Dtype, Tensor } from "../mx/index.ts";
import type { GgufEntries } from "./gguf/entries.ts";

export interface StoredTensor {
  /** One of the stored model's `files`. */
  file: string;
  /** As the file names it. */
  dtype: string;
  /** Row-major; empty for a scalar. */
  shape: readonly number[];
  bytes: number;
}

/** Open weight files. Each tensor is given once and belongs to whoever asked: outside every scope, until disposed. */
export interface TensorReader {
  /** Its data may be read as late as it is evaluated. */
  read(name: string): Tensor;
  /** Frees what nobody asked for. */
  close(): void;
}

export interface StoredModel {
  /** The model's folder, or its .gguf file. */
  folder: string;
  /** config.json as parsed; the architecture's schema gives it a type. */
  config: unknown;
  /** What stands beside the weights: config.json, tokenizer, templates. */
  companions: NamedFiles;
  tensors: Map<string, StoredTensor>;
  /** As the file of the weights itself names it. */
  license?: string | undefined;
  /** Keys of a .gguf file, all of them: who writes one of it anew keeps what it says. */
  ggufEntries?: GgufEntries;
  /** Weight files, with the folder, in order. */
  files: readonly string[];
  /** Size of each of them. */
  fileBytes: ReadonlyMap<string, number>;
  /** What its numbers become where nobody asks for a precision: the one that they were packed from. */
  precision?: Dtype;
  /** Most bytes that reading a tensor takes beside the tensor, where it is unpacked on the way. */
  readingBytes?: number;
  /**
   * The same with matrices that its files have in blocks of few bits packed as MLX packs them, scales and biases beside
   * them, to the same values. Absent where there are none but those that are packed already.
   */
  packed?(): StoredModel;
  /**
   * Opens the files; needs the addon.
   * @throws ModelError FT-WEIGHTS-020 for element types MLX does not hold, and for axes beyond 32 bits.
   */
  load(): TensorReader;
}
