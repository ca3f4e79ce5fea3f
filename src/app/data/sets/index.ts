// Sets of both kinds as the studio's pages look at them, take files in for them and change their rows.
export { importFile, type ImportReport, importSet, requireReadable } from "./import-set.ts";
export { forgetIncoming, keepIncoming } from "./incoming.ts";
export { countLeftOut, leftOut } from "./left-out.ts";
export {
  type MadeSet,
  makeSet,
  makingAtOnce,
  type MakingRequest,
  makings,
  readMaking,
} from "./makings.ts";
export { listAllSets } from "./list.ts";
export { dropDuplicates } from "./look-duplicates.ts";
export { exportChoices, type ExportedSet } from "./look-export.ts";
export { folderOf, keptLook, type LookRequest, looks, lookThrough, readRequest } from "./looks.ts";
export { openSet, type OpenSet } from "./open-set.ts";
export { changeRow, dropRow, showRow, undoChange } from "./row.ts";
export { notLooked } from "./set-errors.ts";
