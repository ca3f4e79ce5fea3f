// Profiles of services as the rest of the program sees them.
export { catalogue, type FaultCode, faultCodes, faultOf } from "./catalogue.ts";
export { type CheckReport, checkFiles, type CheckRequest } from "./check/check-files.ts";
export type { Finding } from "./check/findings.ts";
export { limitNames, limitsOf, modelNamed, readLimits } from "./limits/limits.ts";
export { profiles } from "./registry.ts";
