// Exits 0 when node_modules holds exactly what package-lock.json names, by npm's own record of it.
// Plain JavaScript: it runs before anything is installed.
import { readFileSync } from "node:fs";

/** @param {string} file @returns {Map<string, {version?: string, optional?: boolean}>} */
function packagesOf(file) {
  const { packages } = JSON.parse(readFileSync(file, "utf8"));
  return new Map(Object.entries(packages).filter(([name]) => name !== ""));
}

function same() {
  const wanted = packagesOf("package-lock.json");
  const present = packagesOf("node_modules/.package-lock.json");
  for (const [name, { version, optional }] of wanted) {
    const found = present.get(name);
    // Binaries for other platforms are optional and rightly absent.
    if (found === undefined ? !optional : found.version !== version) return false;
  }
  return [...present.keys()].every((name) => wanted.has(name));
}

try {
  process.exitCode = same() ? 0 : 1;
} catch {
  process.exitCode = 1;
}
