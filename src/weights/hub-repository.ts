// What the hub calls its repositories: `org/name` is a model, `datasets/org/name` a dataset. Pages and files lie under
// that full name; the API and the cache have a folder for each kind. Asks nobody.

type RepositoryKind = "model" | "dataset";

const DATASETS = "datasets/";

/** The full name of a dataset. */
export function datasetName(id: string): string {
  return id.startsWith(DATASETS) ? id : DATASETS + id;
}

function kindOf(fullName: string): RepositoryKind {
  return fullName.startsWith(DATASETS) ? "dataset" : "model";
}

/** As the API asks for it: `{ type: "dataset", name: "org/name" }`. */
export function repositoryOf(fullName: string): { type: RepositoryKind; name: string } {
  const type = kindOf(fullName);
  return { type, name: type === "dataset" ? fullName.slice(DATASETS.length) : fullName };
}

/** Its place below `/api/`: `models/org/name` or `datasets/org/name`. */
export function apiPath(fullName: string): string {
  const { type, name } = repositoryOf(fullName);
  return `${type}s/${name}`;
}

/** Its folder in the cache, as Python's client names it: `datasets--org--name`. */
export function cacheFolder(fullName: string): string {
  return apiPath(fullName).replaceAll("/", "--");
}

/** A file's path in an address: its folders stay apart. */
export function pathInAddress(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}
