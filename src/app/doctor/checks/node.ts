// Whether Node is one that the package asks for.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../core/paths.ts";
import { type Check, fail, isAtLeast, ok } from "../check.ts";

function leastNode(): string {
  const manifest = readFileSync(join(packageRoot(), "package.json"), "utf8");
  const { engines } = JSON.parse(manifest) as { engines: { node: string } };
  return engines.node.replace(">=", "");
}

export const node: Check = {
  name: "node",
  look({ node: version }) {
    const least = leastNode();
    if (isAtLeast(version, least)) return ok(version);
    return fail(version, `Node ${least} or later: https://nodejs.org/en/download`);
  },
};
