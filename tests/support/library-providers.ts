// `providers` as the library names it, without the rest of the library, which loads the addon.
export * as providers from "../../src/providers/index.ts";
