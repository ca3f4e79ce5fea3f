// Whether the hub answers, asked once and briefly. Without it everything works but downloads.
import { redact } from "../../../core/logger.ts";
import { hubSettings } from "../../../weights/index.ts";
import { type Check, ok, warn } from "../check.ts";

export const network: Check = {
  name: "network",
  async look({ environment, answers }) {
    const { endpoint, offline } = hubSettings({}, environment);
    if (offline) return ok("not asked: HF_HUB_OFFLINE is set");
    if (await answers(endpoint)) return ok(`${redact(endpoint)} answers`);
    const remedy =
      "HTTPS_PROXY and HF_ENDPOINT say how the hub is reached; HF_HUB_OFFLINE=1 asks it nothing";
    return warn(`${redact(endpoint)} does not answer`, remedy);
  },
};
