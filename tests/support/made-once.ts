// What every test file of a run needs and takes long to make: made by the first that asks, while the others wait for it, so
// that a run with many files at once does not make it as many times.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";

/** Longer than any machine takes to make it. */
const mostSeconds = 900;

const wait = (milliseconds: number): void =>
  void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** Whether this process is the one that makes it. */
function isMaker(place: string): boolean {
  try {
    mkdirSync(place);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Gives `folder`, filled by `make`, which gets another: it has its name only once it is whole. */
export function madeOnce(folder: string, make: (making: string) => void): string {
  const making = `${folder}.making`;
  for (let waited = 0; !existsSync(folder); waited += 0.1) {
    if (waited > mostSeconds) throw new Error(`${folder} has not been made`);
    if (!isMaker(making)) {
      wait(100);
      continue;
    }
    // Another may have made it since this one looked.
    if (existsSync(folder)) {
      rmSync(making, { recursive: true });
      break;
    }
    try {
      make(making);
      renameSync(making, folder);
    } catch (error) {
      rmSync(making, { recursive: true, force: true });
      throw error;
    }
  }
  return folder;
}
