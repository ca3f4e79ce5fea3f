// On a Mac: how much memory the graphics may keep wired, and whether somebody has set it by hand.
import { formatBytes } from "../../../core/units.ts";
import { type Check, ok, warn } from "../check.ts";

/** Above this share of the memory the system itself is starved. */
const mostShare = 0.9;

export const wired: Check = {
  name: "wired limit",
  async look({ platform, memory: { total }, printed, info }) {
    if (platform !== "darwin") return ok("not a Mac");
    const megabytes = Number(printed("sysctl", ["-n", "iogpu.wired_limit_mb"]) ?? "0");
    const { recommendedBytes } = await info();
    const usable = recommendedBytes === null ? "" : `, ${formatBytes(recommendedBytes)} usable`;
    if (megabytes === 0) return ok(`the system's own${usable}`);
    const found = `iogpu.wired_limit_mb is ${megabytes}${usable}`;
    const isTooMuch = megabytes * 2 ** 20 > mostShare * total;
    return isTooMuch ? warn(found, "sudo sysctl iogpu.wired_limit_mb=0") : ok(found);
  },
};
