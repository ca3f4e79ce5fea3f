// Text that was read with the wrong encoding once.
import type { RowCheck } from "../check.ts";

const broken =
  /\uFFFD|\p{Surrogate}|Ã[\u0080-\u00BF]|â€[\u0080-\u02FF\u2018-\u2122]|Â[\u00A0-\u00BF]/u;

export const encoding: RowCheck = {
  about: "characters of a wrong encoding",
  *look({ parts }) {
    for (const { text, field } of parts) {
      const at = text.search(broken);
      if (at === -1) continue;
      const part = text.slice(Math.max(0, at - 12), at + 14);
      yield { field, message: `characters of a wrong encoding: "${part}"` };
    }
  },
};
