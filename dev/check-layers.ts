// Fails when an import goes against the layers, or when suspiciously few files were read.
import { cruiseLayers } from "./cruise.ts";

const { modules, violations } = await cruiseLayers(process.cwd(), "tsconfig.json");
if (modules < 50) violations.push(`only ${modules} files were read: is the reader blind?`);
console.log(violations.length === 0 ? `note: ${modules} files read` : violations.join("\n"));
process.exitCode = violations.length === 0 ? 0 : 1;
