// Lists what the code itself says is still to do. Reports only: a note to oneself is not an error.
import { linesMatching, repository } from "./checks/repository.ts";

const here = repository(process.cwd());
const found = here.files
  .filter((file) => /^(src|native|dev|tests)\//.test(file) && file !== "dev/todo.ts")
  .flatMap((file) =>
    linesMatching(here, file, /\b(TODO|FIXME)\b/).map((place) => {
      const line = Number(place.slice(place.lastIndexOf(":") + 1));
      return `${place}: ${here.text(file).split("\n")[line - 1]?.trim()}`;
    }),
  );
console.log([...found, `${found.length} notes of work to do`].join("\n"));
