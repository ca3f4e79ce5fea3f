// In which language a text is: the languages that are known without loading the library are the library's.
import { eld } from "eld/small";
import { expect, test } from "vitest";
import { detectLanguage, toldLanguages } from "../../../src/text/told-language.ts";

test("languages that are listed are those that the library tells, and it tells them", () => {
  expect(toldLanguages).toEqual(Object.values(eld.info().Languages));
  const german = "Guten Morgen, wann kommt die Ware, die wir letzte Woche bestellt haben?";
  const found = detectLanguage(german);
  expect([found.language, found.isReliable()]).toEqual(["de", true]);
  expect(detectLanguage("12345").language).toBe("");
});
