// Versions known to do harm or to be left without repairs. The next one is one entry here.
import { type Check, type Machine, ok, warn } from "../check.ts";

interface KnownBad {
  what: string;
  isHere(machine: Machine): boolean;
  remedy: string;
}

const all: readonly KnownBad[] = [
  {
    what: "Node 20 has had no security repairs since April 2026",
    isHere: ({ node }) => node.startsWith("20."),
    remedy: "Node 22 or 24: https://nodejs.org/en/download",
  },
];

export const knownBad: Check = {
  name: "known-bad versions",
  look(machine) {
    const here = all.filter(({ isHere }) => isHere(machine));
    if (here.length === 0) return ok("none");
    const words = here.map(({ what }) => what).join("; ");
    return warn(words, here.map(({ remedy }) => remedy).join("; "));
  },
};
