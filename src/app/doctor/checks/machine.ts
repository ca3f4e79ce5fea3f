// Whether ft runs on a machine of this kind at all, and whether the program is the one for its chip.
import { type Check, fail, ok } from "../check.ts";

const built = ["darwin-arm64", "linux-x64", "linux-arm64"];

export const machine: Check = {
  name: "machine",
  look({ platform, arch, processor, cores, printed }) {
    const kind = `${platform}-${arch}`;
    const found = `${kind}, ${processor}, ${cores} cores`;
    const isTranslated =
      platform === "darwin" &&
      arch === "x64" &&
      printed("sysctl", ["-n", "sysctl.proc_translated"]) === "1";
    if (isTranslated)
      return fail(`${found}, in Rosetta`, "install Node for arm64: https://nodejs.org/en/download");
    return built.includes(kind) ? ok(found) : fail(found, `ft is built for ${built.join(", ")}`);
  },
};
