// Room where models of the hub are kept.
import { hubSettings } from "../../../weights/index.ts";
import type { Check } from "../check.ts";
import { lookAtDisk } from "../disk.ts";

export const cacheDisk: Check = {
  name: "disk of models",
  look: (machine) =>
    lookAtDisk(
      hubSettings({}, machine.environment).cacheDir,
      "HF_HUB_CACHE=FOLDER keeps models elsewhere",
      machine,
    ),
};
