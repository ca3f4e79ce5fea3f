// Zstandard, which the service asks for by a flag: rows of numbers become a tenth. The library is loaded then alone.

/** One frame (RFC 8878). */
export async function compressed(bytes: Uint8Array): Promise<Uint8Array> {
  const { Zstd } = await import("@hpcc-js/wasm-zstd");
  const zstd = await Zstd.load();
  return zstd.compress(bytes);
}
