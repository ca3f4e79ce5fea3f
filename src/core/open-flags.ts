// How files that may be hostile are opened.
import { constants } from "node:fs";

/** For reading, without waiting: a pipe in the place of a file would keep the program for ever. */
export const readWithoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
