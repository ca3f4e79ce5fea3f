// `node --import tsx dev/bundle/main.ts [OUT]`: bundles the program into OUT, dist/ unless said.
import { resolve } from "node:path";
import { bundleProgram } from "./bundle.ts";

await bundleProgram(resolve(process.argv[2] ?? "dist"));
