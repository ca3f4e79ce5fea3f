// The form of the user's folder, FT_HOME: the steps that bring an older one to that of today, the oldest first. The next
// one is a file beside this one and a line here; what is in it is never changed afterwards.
import { bringUpToDate, latestOf, type Migrations, versionOf } from "./folder-format.ts";
import { type Environment, ftHome } from "./paths.ts";

const homeMigrations: Migrations = [];

/** Whether the folder has another form than that of today: a file is read and nothing else. */
export const isHomeOfToday = (environment: Environment): boolean =>
  versionOf(ftHome(environment)) === latestOf(homeMigrations);

/** What was done to it. Throws FT-FORMAT-001 where a newer ft has made it. */
export const homeUpToDate = async (environment: Environment): Promise<string[]> =>
  await bringUpToDate(ftHome(environment), homeMigrations);
