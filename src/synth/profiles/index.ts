// Profiles of services as the rest of the program sees them.
export { type FaultCode, faultCodes, faultOf } from "./catalogue.ts";
export { type CheckReport, checkFiles, type CheckRequest } from "./check/check-files.ts";
export type { Finding } from "./check/findings.ts";
export { type Change, fixFile, type FixReport } from "./fix/fix-file.ts";
export { limitsOf, readLimits } from "./limits/limits.ts";
export { cappedCount, mostRows } from "./limits/most-rows.ts";
export { profiles } from "./registry.ts";
export { type ConvertReport, type ConvertRequest, convertFile } from "./write/convert.ts";
export { type ExportReport, exportRows } from "./write/export.ts";
export type { LossEntry } from "./write/loss-report.ts";
export { type BadRow, fileRows, type RowSource } from "./write/record-stream.ts";
