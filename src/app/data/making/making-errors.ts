// The errors of making rows that have to do with whoever asked for them.
import { UsageError } from "../../../core/errors.ts";
import { formatCount } from "../../../core/units.ts";
import type { Leaving } from "./consent.ts";

export function notAllowed({ provider, host, sources }: Leaving): UsageError {
  const characters = sources.reduce((sum, one) => sum + one.characters, 0);
  return new UsageError("FT-MAKE-010", {
    message:
      `${sources.length} documents (${formatCount(characters)} characters) would be sent to ` +
      `${provider} at ${host}, and this has not been allowed`,
    hint: `--provider ${provider} allows it; --provider local makes rows on this machine`,
  });
}
