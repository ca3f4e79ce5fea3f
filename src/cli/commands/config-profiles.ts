// ft config profiles: what each profile sets.
import { stringify } from "yaml";
import { z } from "zod";
import { profiles } from "../../app/config/profiles.ts";
import { defineCommand } from "../define-command.ts";

export const configProfiles = defineCommand({
  name: "config profiles",
  summary: "List the profiles and what they set",
  options: z.strictObject({}),
  examples: ["ft config profiles", "ft config profiles --json"],
  run: async (_, io) => {
    const all = Object.fromEntries(profiles.names().map((name) => [name, profiles.get(name)]));
    io.show(all, () => stringify(all, { aliasDuplicateObjects: false }).trimEnd());
  },
});
