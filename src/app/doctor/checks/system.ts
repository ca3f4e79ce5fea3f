// Whether the system is new enough for MLX as it is built: macOS 14, glibc 2.35.
import { type Check, fail, isAtLeast, ok, warn } from "../check.ts";

const leastMacOs = "14";
const leastGlibc = "2.35";

export const system: Check = {
  name: "system",
  look({ platform, release, glibc, printed }) {
    if (platform === "darwin") {
      const version = printed("sw_vers", ["-productVersion"]);
      if (version === undefined) return warn("macOS, which does not say its version", "sw_vers");
      if (isAtLeast(version, leastMacOs)) return ok(`macOS ${version}`);
      return fail(
        `macOS ${version}`,
        `macOS ${leastMacOs} or later: System Settings, Software Update`,
      );
    }
    if (glibc === undefined)
      return fail(
        `${platform} ${release}, no glibc`,
        `use a system with glibc ${leastGlibc} or later`,
      );
    const found = `${platform} ${release}, glibc ${glibc}`;
    if (isAtLeast(glibc, leastGlibc)) return ok(found);
    return fail(found, `use a system with glibc ${leastGlibc} or later: Debian 12, Ubuntu 22.04`);
  },
};
