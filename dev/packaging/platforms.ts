// Which platforms have a package with the addon: where its files lie in this clone, where in the package, and what they
// come from. One more platform is one more entry. Copies nothing: platform-package.ts does.

/** A part of another project inside a package: a file or a folder, its source, its licence's text. */
export interface Part {
  name: string;
  /** Where the version stands: the name of a wheel's `.dist-info`, or a version. */
  version: string;
  purl: string;
  /** An SPDX expression. */
  licence: string;
  /** From the clone's root. */
  licenceText: string;
  /** From the clone's root to the package's. A source with `*` is its only match. */
  files: Readonly<Record<string, string>>;
}

export interface Platform {
  os: "linux" | "darwin";
  cpu: "x64" | "arm64";
  /** What else of the C library is asked of the system; npm leaves the package out where it is another. */
  libc?: "glibc";
  /** From the clone's root. */
  addon: string;
  /** Where the addon finds its libraries, from itself. Undefined: as it was linked. */
  libraries?: string;
  parts: readonly Part[];
}

const nodeAddonApi: Part = {
  name: "node-addon-api",
  version: "node_modules/node-addon-api/package.json",
  purl: "pkg:npm/node-addon-api",
  licence: "MIT",
  licenceText: "node_modules/node-addon-api/LICENSE.md",
  files: {},
};

const runtime = "GPL-3.0-or-later WITH GCC-exception-3.1";
const openblasLicences = ".local/openblas/scipy_openblas32-*.dist-info/licenses/LICENSE.txt";

/** Of one processor; both have the same wheels. The wheel's own folders stay: its libraries find each other by them. */
const linux = (cpu: Platform["cpu"]): Platform => ({
  os: "linux",
  cpu,
  libc: "glibc",
  addon: "build/Release/ft_native.node",
  libraries: "$ORIGIN/libmlx/mlx/lib:$ORIGIN/openblas",
  parts: [
    {
      name: "mlx-cpu",
      version: ".local/libmlx/mlx_cpu-*.dist-info",
      purl: "pkg:pypi/mlx-cpu",
      licence: "MIT",
      licenceText: ".local/libmlx/mlx_cpu-*.dist-info/licenses/LICENSE",
      files: { ".local/libmlx/mlx/lib/libmlx.so": "libmlx/mlx/lib/libmlx.so" },
    },
    {
      name: "lapack",
      version: "3.10.0",
      purl: "pkg:deb/ubuntu/liblapack3",
      licence: "BSD-3-Clause",
      licenceText: openblasLicences,
      files: {
        ".local/libmlx/mlx_cpu.libs/liblapack-*": "libmlx/mlx_cpu.libs/",
        ".local/libmlx/mlx_cpu.libs/libblas-*": "libmlx/mlx_cpu.libs/",
      },
    },
    {
      name: "libgfortran",
      version: "12.3.0",
      purl: "pkg:deb/ubuntu/libgfortran5",
      licence: runtime,
      licenceText: openblasLicences,
      files: { ".local/libmlx/mlx_cpu.libs/libgfortran-*": "libmlx/mlx_cpu.libs/" },
    },
    {
      name: "libquadmath",
      version: "12.3.0",
      purl: "pkg:deb/ubuntu/libquadmath0",
      licence: "LGPL-2.1-or-later",
      licenceText: "dev/packaging/licences/LGPL-2.1.txt",
      files: { ".local/libmlx/mlx_cpu.libs/libquadmath-*": "libmlx/mlx_cpu.libs/" },
    },
    {
      name: "scipy-openblas32",
      version: ".local/openblas/scipy_openblas32-*.dist-info",
      purl: "pkg:pypi/scipy-openblas32",
      licence: `BSD-3-Clause AND (${runtime})`,
      licenceText: openblasLicences,
      files: { ".local/openblas/scipy_openblas32/lib/libscipy_openblas.so": "openblas/" },
    },
    nodeAddonApi,
  ],
});

const metal = (from: string, addon: string): Platform => ({
  os: "darwin",
  cpu: "arm64",
  addon,
  parts: [
    {
      name: "mlx-metal",
      version: `${from}/mlx_metal-*.dist-info`,
      purl: "pkg:pypi/mlx-metal",
      licence: "MIT",
      licenceText: `${from}/mlx_metal-*.dist-info/licenses/LICENSE`,
      files: {
        [`${from}/mlx/lib/libmlx.dylib`]: "libmlx.dylib",
        [`${from}/mlx/lib/mlx.metallib`]: "mlx.metallib",
      },
    },
    nodeAddonApi,
  ],
});

/** What this machine can pack, its own platform first; which of them are built is another question. */
export function platformsOf(os: NodeJS.Platform, cpu: string): Platform[] {
  if (os === "darwin") return [metal(".local/libmlx", "build/Release/ft_native.node")];
  const own = linux(cpu === "arm64" ? "arm64" : "x64");
  return [own, metal(".local/libmlx-macos", "build/darwin-arm64/ft_native.node")];
}

/** As in the names of tarballs. */
export const platformName = ({ os, cpu }: Pick<Platform, "os" | "cpu">): string => `${os}-${cpu}`;

/** Every platform that a published version has a package for. */
export const PUBLISHED = ["darwin-arm64", "linux-arm64", "linux-x64"] as const;
