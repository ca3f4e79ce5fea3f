// Preloaded into the program that trains: writes down, as each of its processes ends, the most memory it had.
// Read by training.ts of this folder. JavaScript, because the compiled program is started without a loader.
import { appendFileSync } from "node:fs";

const file = process.env.FT_QUICK_PEAKS;
if (file !== undefined) {
  process.once("exit", () => {
    appendFileSync(file, `${process.resourceUsage().maxRSS * 1024}\n`);
  });
}
