// Gives Python's MLX the BLAS that ft uses, so that a comparison compares the programs and not the libraries:
// a small shared library that forwards the three cblas names libmlx imports to scipy's OpenBLAS. Linux only.
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const openblas = fileURLToPath(
  new URL("../../.local/openblas/scipy_openblas32/lib/libscipy_openblas.so", import.meta.url),
);

const dimensions = "int order, int ta, int tb, int m, int n, int k";

function forward(name: string, scalar: string, element: string): string {
  const rest = `const ${element}* a, int la, const ${element}* b, int lb`;
  const parameters = `${dimensions}, ${scalar} alpha, ${rest}, ${scalar} beta, ${element}* c, int lc`;
  const call = "order, ta, tb, m, n, k, alpha, a, la, b, lb, beta, c, lc";
  return [
    `void scipy_cblas_${name}(${parameters});`,
    `void cblas_${name}(${parameters}) { scipy_cblas_${name}(${call}); }`,
  ].join("\n");
}

const source = [
  forward("sgemm", "float", "float"),
  forward("dgemm", "double", "double"),
  forward("cgemm", "const void*", "void"),
].join("\n");

/** Nobody else may say how many threads OpenBLAS uses: OPENBLAS_NUM_THREADS stands. */
const keepThreads = "void scipy_openblas_set_num_threads(int count) { (void)count; }";

/** Builds the library in `folder` and returns it for LD_PRELOAD; undefined where there is no such OpenBLAS. */
export function openblasPreload(folder: string): string | undefined {
  if (process.platform !== "linux" || !existsSync(openblas)) return undefined;
  const [code, library] = [join(folder, "forward.c"), join(folder, "libforward.so")];
  writeFileSync(code, `${source}\n${keepThreads}\n`);
  const options = ["-shared", "-fPIC", "-O2", "-o", library, code, openblas];
  execFileSync(process.env["CC"] ?? "cc", [...options, `-Wl,-rpath,${dirname(openblas)}`]);
  return library;
}
