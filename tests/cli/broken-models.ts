// Copies of a sound model folder, each with one thing wrong, as downloads and edits leave them.
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

type Header = Record<string, { data_offsets: [number, number] }>;

/** Changes a new copy; the argument gives the path of a file in it. */
type Damage = (file: (name: string) => string) => void;

/** The same tensors under another header. */
function withHeader(bytes: Buffer, change: (header: Header) => void): Buffer {
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, end).toString("utf8")) as Header;
  change(header);
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, bytes.subarray(end)]);
}

/** The second tensor begins eight bytes before the first ends. */
function overlap(header: Header): void {
  const [, second] = Object.values(header).filter((entry) => "data_offsets" in entry);
  if (second === undefined) throw new Error("the model has no second tensor");
  const [begin, end] = second.data_offsets;
  second.data_offsets = [begin - 8, end - 8];
}

function rewrite(file: string, change: (bytes: Buffer) => Uint8Array | string): void {
  writeFileSync(file, change(readFileSync(file)));
}

const damages: Record<string, Damage> = {
  truncated: (file) =>
    rewrite(file("model.safetensors"), (bytes) => bytes.subarray(0, bytes.length - 1000)),
  overlapping: (file) => rewrite(file("model.safetensors"), (bytes) => withHeader(bytes, overlap)),
  "no-tokenizer": (file) => rmSync(file("tokenizer.json")),
  pickle: (file) => {
    rmSync(file("model.safetensors"));
    writeFileSync(file("pytorch_model.bin"), "cos\nsystem\n(X\u0002\0\0\0idtR.");
  },
  "unknown-type": (file) =>
    rewrite(file("config.json"), (bytes) => bytes.toString().replace('"llama"', '"lama"')),
};

/** Makes each beside `model`, in a folder of the damage's name. */
export function makeBrokenModels(model: string): void {
  for (const [name, damage] of Object.entries(damages)) {
    const folder = join(dirname(model), name);
    cpSync(model, folder, { recursive: true });
    damage((file) => join(folder, file));
  }
}
