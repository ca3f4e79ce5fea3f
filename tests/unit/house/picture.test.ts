import { describe, expect, test } from "vitest";
import { drawPicture, type Picture, wrapped } from "../../../dev/picture/draw.ts";

const picture: Picture = {
  title: 'a "model": 1 of <2>',
  caption: "20 steps",
  training: [
    { step: 10, loss: 2 },
    { step: 20, loss: 1 },
  ],
  validation: [{ step: 0, loss: 4 }],
  answered: [{ question: "how many ?", expected: "SELECT 1", before: "<pad> & so on", after: "" }],
};

/** Attribute values of the elements `name`. */
function attributes(svg: string, name: string, attribute: string): string[] {
  const elements = svg.matchAll(new RegExp(`<${name} [^>]*\\b${attribute}="([^"]*)"`, "g"));
  return [...elements].map(([, value = ""]) => value);
}

describe("the picture of a run", () => {
  const svg = drawPicture(picture);

  test("puts steps from left to right and losses from the bottom, zero included", () => {
    // The chart spans 52…440 by 56…420; the highest loss is 4, the last step 20.
    expect(attributes(svg, "polyline", "points")).toEqual(["246.0,238.0 440.0,329.0"]);
    expect(attributes(svg, "circle", "cx")).toContain("52.0");
    expect(attributes(svg, "circle", "cy")).toContain("56.0");
  });

  test("shows what the model wrote, as text", () => {
    expect(svg).toContain("&lt;pad&gt; &amp; so on");
    expect(svg).toContain("(nothing)");
    expect(svg).toContain('aria-label="a &quot;model&quot;: 1 of &lt;2&gt;"');
    expect(svg).not.toContain("<pad>");
  });

  test("is refused for a run that reported nothing", () => {
    expect(() => drawPicture({ ...picture, training: [] })).toThrow(RangeError);
  });
});

describe("wrapping", () => {
  test("keeps every word while there is room", () => {
    expect(wrapped("one two three", 3, 7)).toEqual(["one two", "three"]);
  });

  test("says what is left out, and cuts a word longer than a line", () => {
    expect(wrapped("one two three", 1, 7)).toEqual(["one tw…"]);
    expect(wrapped("aaaaaaaaaa", 3, 4)).toEqual(["aaaa", "aaaa", "aa"]);
  });
});
