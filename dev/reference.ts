// Writes again what pages quote of the sources, so that nobody copies it by hand.
//   make reference
import { readFileSync, writeFileSync } from "node:fs";
import { withCounts } from "./inventory/counts.ts";
import { inventoryFile, readInventory } from "./inventory/rows.ts";

const status = "docs/design/STATUS.md";
const { rows } = readInventory(readFileSync(inventoryFile, "utf8"));
writeFileSync(status, withCounts(readFileSync(status, "utf8"), rows));
