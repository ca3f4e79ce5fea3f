// Room where a run would write, begun here.
import type { Check } from "../check.ts";
import { lookAtDisk } from "../disk.ts";

export const outputDisk: Check = {
  name: "disk of runs",
  look: (machine) => lookAtDisk(machine.folder, "--output FOLDER writes a run elsewhere", machine),
};
