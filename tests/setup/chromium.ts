// Where the browser is that tests of the pages drive; undefined where there is none.
import { existsSync } from "node:fs";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export const chromiumProgram = (): string | undefined =>
  [process.env["FT_CHROMIUM"] ?? "", ...places].find((place) => place !== "" && existsSync(place));
