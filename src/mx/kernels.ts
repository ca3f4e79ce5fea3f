// Whether the addon's own kernels are used, as FT_KERNELS says: to see whether a number is theirs or MLX's.
import { ConfigError } from "../core/errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const values: Readonly<Record<string, boolean>> = { "": true, on: true, off: false };

/** True where FT_KERNELS is unset or `on`, false where it is `off`. Throws ConfigError FT-CONFIG-KERNELS for others. */
export function kernelsWanted({ FT_KERNELS: text = "" }: Environment): boolean {
  const wanted = values[text.trim()];
  if (wanted !== undefined) return wanted;
  throw new ConfigError("FT-CONFIG-KERNELS", {
    message: `FT_KERNELS must be on or off, not '${text}'`,
    hint: "unset FT_KERNELS to use ft's kernels",
  });
}
