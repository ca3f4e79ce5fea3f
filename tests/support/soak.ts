// How often a test repeats itself over generated input: a slice in every run, the whole in `make soak`.

export function rounds({ slice, soak }: { slice: number; soak: number }): number {
  return process.env["FT_SOAK"] === "1" ? soak : slice;
}
