// A picture of ours as PNG, with a font that comes along: servers often have none.
// Drawn by resvg, which is loaded only here; what is drawn is the caller's.
import { createRequire } from "node:module";

const font = "@expo-google-fonts/varela/Varela_400Regular.ttf";
/** Pixels to a unit of the SVG: sharp on dense screens. */
const density = 2;
/** What the font can write; names of models in other scripts are written with what the system has. */
const isCovered = (svg: string): boolean => !/[^\s -\u024f\u2010-\u2030]/u.test(svg);

/** Bytes of a PNG of twice the SVG's size, on white. */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js");
  const picture = new Resvg(svg, {
    background: "#ffffff",
    fitTo: { mode: "zoom", value: density },
    font: {
      fontFiles: [createRequire(import.meta.url).resolve(font)],
      loadSystemFonts: !isCovered(svg),
      defaultFontFamily: "Varela",
    },
  });
  return picture.render().asPng();
}
