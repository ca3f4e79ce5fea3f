// The store's own surface: opening it, copies of it, and the queue and the ledger over it.
export { backupStore, checkStore, restoreStore } from "./copies.ts";
export * from "./datasets/index.ts";
export * from "./ledger/index.ts";
export * from "./queue/index.ts";
export { type Database, inTransaction, openStore, type Store, storePath } from "./store.ts";
export { type StoreTotals, totalsOf } from "./totals.ts";
