// --revision of the commands that take a model of the hub: one wording and one short flag. Which revision is taken where
// none is given is the hub client's.
import { z } from "zod";
import { flags } from "../../core/flags.ts";

export const revisionOption = z
  .string()
  .optional()
  .describe("Branch, tag or commit on the Hub")
  .register(flags, { short: "r", value: "REVISION" });
