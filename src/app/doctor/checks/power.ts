// Whether the machine may go out while it trains: on a battery, or asleep. A Mac is kept awake while a run goes on.
import { type Check, ok, warn } from "../check.ts";

const sleeping = "a run keeps the machine awake, unless --no-caffeinate";

function onMac(printed: (program: string, args: readonly string[]) => string | undefined) {
  const source = printed("pmset", ["-g", "batt"]) ?? "";
  const settings = printed("pmset", ["-g"]) ?? "";
  if (/'Battery Power'/.test(source)) return warn("on battery", "plug it in before a long run");
  if (/lowpowermode\s+1/.test(settings))
    return warn("low power mode, which slows the chip", "sudo pmset -a lowpowermode 0");
  return ok(`on mains; ${sleeping}`);
}

export const power: Check = {
  name: "power and sleep",
  look({ platform, printed }) {
    if (platform === "darwin") return onMac(printed);
    const online = printed("sh", ["-c", "cat /sys/class/power_supply/A*/online"]);
    if (online?.split("\n").every((each) => each === "0") === true)
      return warn(
        "on battery",
        "plug it in before a long run, and switch sleep off: systemd-inhibit ft train …",
      );
    return ok(online === undefined ? "no battery is known" : "on mains");
  },
};
