// Whether the folder can be written in which ft keeps the list of runs, datasets and jobs.
import { ftHome } from "../../../core/paths.ts";
import { type Check, fail, ok } from "../check.ts";

export const home: Check = {
  name: "data folder",
  look({ environment, canWrite }) {
    const folder = ftHome(environment);
    if (canWrite(folder)) return ok(folder);
    return fail(`${folder} cannot be written to`, "FT_HOME=FOLDER keeps it elsewhere");
  },
};
