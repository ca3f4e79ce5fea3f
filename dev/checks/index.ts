// Every repository rule. The next one is one file and one line here; dev/check-rules.ts runs them.
import { designDocuments } from "./design-documents.ts";
import { noDuplicates } from "./duplicates.ts";
import { documentedExports } from "./exports.ts";
import { inventoryHolds } from "./inventory.ts";
import { contexts, dataListed, testsUnderTests, tidyRoot } from "./layout.ts";
import { licences } from "./licences.ts";
import { narrowPages } from "./pages.ts";
import type { Rule } from "./repository.ts";
import { noSecrets } from "./secrets.ts";
import {
  dataThroughItsIndex,
  exactVersions,
  lockWithoutAddresses,
  noMachinePaths,
  noPlainErrors,
  noPromises,
  noRegistryHosts,
  oneDoorToTheAddon,
} from "./wording.ts";

export const rules: readonly Rule[] = [
  tidyRoot,
  testsUnderTests,
  contexts,
  dataListed,
  designDocuments,
  licences,
  inventoryHolds,
  noDuplicates,
  narrowPages,
  documentedExports,
  noSecrets,
  noPromises,
  noMachinePaths,
  noRegistryHosts,
  lockWithoutAddresses,
  exactVersions,
  oneDoorToTheAddon,
  noPlainErrors,
  dataThroughItsIndex,
];
