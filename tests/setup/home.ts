// Gives every test file its own empty FT_HOME, inside the folder of this run.
import { mkdtempSync } from "node:fs";
import path from "node:path";
import { inject } from "vitest";

process.env["FT_HOME"] = mkdtempSync(path.join(inject("runFolder"), "home-"));
