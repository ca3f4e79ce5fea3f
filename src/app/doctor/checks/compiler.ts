// A compiler builds the addon in a clone, and compiled steps on the CPU; nothing else needs one.
import { type Check, ok, warn } from "../check.ts";

const way = (platform: string): string =>
  platform === "darwin" ? "xcode-select --install" : "sudo apt-get install g++";

export const compiler: Check = {
  name: "compiler",
  look({ platform, environment, printed }) {
    const named = environment["CXX"] || "c++";
    const version = printed(named, ["--version"])?.split("\n")[0];
    if (version !== undefined) return ok(version);
    const found = `no ${named}: the addon cannot be built here, nor steps compiled on the CPU`;
    return warn(found, way(platform));
  },
};
