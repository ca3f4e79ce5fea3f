// The surface forms the benchmark renders dialogues in. A form of pairs makes each exchange a conversation of its own.
import type { Exchange, MadeDialogue } from "./grammar.ts";
import type { Page } from "./page.ts";

export interface Form {
  readonly name: string;
  readonly render: (page: Page, dialogue: MadeDialogue) => void;
}

type Labels = readonly [asks: string, answers: string];
type LabelsOf = (dialogue: MadeDialogue, number: number) => Labels;

/** One labelled turn after another; `gap` puts a blank line between. */
function turns(
  name: string,
  labels: LabelsOf,
  { gap = true, own = false, prefix = "" } = {},
): Form {
  return {
    name,
    render(page, dialogue) {
      if (!own) page.conversation();
      for (const [index, { question, answer }] of dialogue.exchanges.entries()) {
        if (own) page.conversation();
        const [asks, answers] = labels(dialogue, index + 1);
        page
          .put(prefix + asks)
          .say("user", question, prefix)
          .line();
        if (gap) page.gap();
        page
          .put(prefix + answers)
          .say("assistant", answer, prefix)
          .line();
        if (gap || answer.includes("\n")) page.gap();
      }
    },
  };
}

const pairs = (
  name: string,
  labels: LabelsOf,
  options: { gap?: boolean; prefix?: string } = {},
): Form => turns(name, labels, { gap: false, ...options, own: true });

/** Labels alone on a line above what is said. */
function above(name: string, labels: LabelsOf, { own = false, blank = false } = {}): Form {
  return {
    name,
    render(page, dialogue) {
      if (!own) page.conversation();
      for (const [index, { question, answer }] of dialogue.exchanges.entries()) {
        if (own) page.conversation();
        const [asks, answers] = labels(dialogue, index + 1);
        for (const [label, role, text] of [
          [asks, "user", question],
          [answers, "assistant", answer],
        ] as const) {
          page.line(label);
          if (blank) page.line();
          page.say(role, text).line().line();
        }
      }
    },
  };
}

const clock = (minute: number): string => `10:${String(minute % 60).padStart(2, "0")}`;

/** With the time of each turn; what is said is on one line, as chats are. */
function timed(name: string, label: (who: string, minute: number) => string, breaks = false): Form {
  return {
    name,
    render(page, { asker, answerer, exchanges }) {
      page.conversation();
      for (const [index, { question, answer }] of exchanges.entries())
        for (const [who, role, text, minute] of [
          [asker, "user", question, index * 2],
          [answerer, "assistant", answer, index * 2 + 1],
        ] as const) {
          page.put(label(who, minute));
          if (breaks) page.line();
          page.say(role, breaks ? text : text.replaceAll("\n", " ")).line();
          if (breaks) page.line();
        }
    },
  };
}

function listed(
  name: string,
  ask: (page: Page, exchange: Exchange, number: number) => void,
  title = true,
): Form {
  return {
    name,
    render(page, { language, exchanges }) {
      if (title) page.line(`# ${language.faq}`).line();
      for (const [index, exchange] of exchanges.entries()) {
        page.conversation();
        ask(page, exchange, index + 1);
        page.say("assistant", exchange.answer).line().gap();
      }
    },
  };
}

function rows(name: string, bar: string, edge: boolean): Form {
  return {
    name,
    render(page, { language, exchanges }) {
      const outer = edge ? `${bar} ` : "";
      const inner = edge ? ` ${bar} ` : bar;
      page.line(`${outer}${language.question}${inner}${language.answer}${edge ? ` ${bar}` : ""}`);
      if (edge) page.line("|---|---|");
      for (const { question, answer } of exchanges) {
        page
          .conversation()
          .put(outer)
          .say("user", question)
          .put(inner)
          .say("assistant", answer.replaceAll("\n", " "));
        page.line(edge ? ` ${bar}` : "");
      }
    },
  };
}

const inline: Form = {
  name: "Q: … A: … on one line",
  render(page, { language, exchanges }) {
    for (const { question, answer } of exchanges) {
      page.conversation().put(`${language.questionLetter}: `).say("user", question);
      page
        .put(` ${language.answerLetter}: `)
        .say("assistant", answer.replaceAll("\n", " "))
        .line()
        .gap();
    }
  },
};

const mail: Form = {
  name: "quoted mail",
  render(page, { asker, answerer, exchanges }) {
    const { question = "", answer = "" } = exchanges[0] ?? {};
    page.conversation();
    page.say("assistant", answer).line().line();
    page
      .line(`On 12 May 2024 at 10:12, ${asker} <a@mail.example> wrote:`)
      .put("> ")
      .say("user", question, "> ")
      .line();
    void answerer;
  },
};

const inCapitals = (name: string): string => name.toLocaleUpperCase("en");
const initials = (name: string): string =>
  name
    .split(" ")
    .map((word) => inCapitals(word.slice(0, 2)))
    .join("")
    .slice(0, 3);

export const forms: readonly Form[] = [
  pairs("Q: A:", ({ language }) => [`${language.questionLetter}: `, `${language.answerLetter}: `]),
  pairs("Q1: A1:", ({ language }, n) => [
    `${language.questionLetter}${n}: `,
    `${language.answerLetter}${n}: `,
  ]),
  pairs("Q. A.", () => ["Q. ", "A. "]),
  pairs("1. Q: A:", ({ language }, n) => [
    `${n}. ${language.questionLetter}: `,
    `${language.answerLetter}: `,
  ]),
  pairs("Question: Answer:", ({ language }) => [`${language.question}: `, `${language.answer}: `]),
  pairs("QUESTION: ANSWER:", ({ language }) => [
    `${inCapitals(language.question)}: `,
    `${inCapitals(language.answer)}: `,
  ]),
  pairs("Question 1:", ({ language }, n) => [
    `${language.question} ${n}: `,
    `${language.answer}: `,
  ]),
  pairs(
    "**Q:** **A:**",
    ({ language }) => [`**${language.questionLetter}:** `, `**${language.answerLetter}:** `],
    { gap: true },
  ),
  pairs(
    "**Question**: **Answer**:",
    ({ language }) => [`**${language.question}**: `, `**${language.answer}**: `],
    { gap: true },
  ),
  pairs("- **Q:**", ({ language }) => [
    `- **${language.questionLetter}:** `,
    `  **${language.answerLetter}:** `,
  ]),
  pairs("full-width colon", ({ language }) => [`${language.question}：`, `${language.answer}：`]),
  pairs("tab after Q:", ({ language }) => [
    `${language.questionLetter}:\t`,
    `${language.answerLetter}:\t`,
  ]),
  pairs(
    "> Q: > A:",
    ({ language }) => [`${language.questionLetter}: `, `${language.answerLetter}: `],
    { prefix: "> " },
  ),
  inline,
  above(
    "### Question 1 / ### Answer",
    ({ language }, n) => [`### ${language.question} ${n}`, `### ${language.answer}`],
    { own: true, blank: true },
  ),
  turns("User: Assistant:", ({ language }) => [`${language.user}: `, `${language.assistant}: `]),
  turns("**User:** **Assistant:**", ({ language }) => [
    `**${language.user}:** `,
    `**${language.assistant}:** `,
  ]),
  turns("Human: AI:", () => ["Human: ", "AI: "], { gap: false }),
  turns("Customer: Agent:", ({ language }) => [`${language.customer}: `, `${language.agent}: `], {
    gap: false,
  }),
  turns("[User] [Assistant]", ({ language }) => [
    `[${language.user}] `,
    `[${language.assistant}] `,
  ]),
  above("## User", ({ language }) => [`## ${language.user}`, `## ${language.assistant}`], {
    blank: true,
  }),
  above("User alone on a line", ({ language }) => [language.user, language.assistant]),
  above(
    "**User** alone on a line",
    ({ language }) => [`**${language.user}**`, `**${language.assistant}**`],
    { blank: true },
  ),
  above("You said: ChatGPT said:", () => ["You said:", "ChatGPT said:"]),
  turns("🧑: 🤖:", () => ["🧑: ", "🤖: "]),
  turns("Ann: Ben:", ({ asker, answerer }) => [`${asker}: `, `${answerer}: `], { gap: false }),
  turns("**Ann:** **Ben:**", ({ asker, answerer }) => [`**${asker}:** `, `**${answerer}:** `]),
  turns("ANN: BEN:", ({ asker, answerer }) => [
    `${inCapitals(asker)}: `,
    `${inCapitals(answerer)}: `,
  ]),
  turns("[Ann] [Ben]", ({ asker, answerer }) => [`[${asker}] `, `[${answerer}] `], { gap: false }),
  turns("Ann - Ben -", ({ asker, answerer }) => [`${asker} - `, `${answerer} - `], { gap: false }),
  turns("AN: BE:", ({ asker, answerer }) => [`${initials(asker)}: `, `${initials(answerer)}: `], {
    gap: false,
  }),
  turns("Ann (guest):", ({ asker, answerer }) => [`${asker} (host): `, `${answerer} (guest): `]),
  turns('"Ann": "Ben":', ({ asker, answerer }) => [`"${asker}": `, `"${answerer}": `]),
  above("Ann: above", ({ asker, answerer }) => [`${asker}:`, `${answerer}:`]),
  above("Ann alone on a line", ({ asker, answerer }) => [asker, answerer]),
  turns(
    "1. Ann: 2. Ben:",
    ({ asker, answerer }, n) => [`${n * 2 - 1}. ${asker}: `, `${n * 2}. ${answerer}: `],
    { gap: false },
  ),
  turns("MR. ANN:", ({ asker, answerer }) => [
    `     MR. ${inCapitals(asker)}:  `,
    `     ${inCapitals(answerer)}:  `,
  ]),
  timed("[10:12] <ann>", (who, minute) => `[${clock(minute)}] <${who.split(" ").at(-1)}> `),
  timed("[10:12] Ann:", (who, minute) => `[${clock(minute)}] ${who}: `),
  timed("12/5/24, 10:12 - Ann:", (who, minute) => `12/5/24, ${clock(minute)} - ${who}: `),
  timed("Ann [10:12]:", (who, minute) => `${who} [${clock(minute)}]: `),
  timed("(00:10:12) Ann:", (who, minute) => `(00:${clock(minute)}) ${who}: `),
  timed("Ann 10:12 AM above", (who, minute) => `${who}  ${clock(minute)} AM`, true),
  timed(
    "Ann — 12 May 2024 10:12: above",
    (who, minute) => `${who} — 12/05/2024 ${clock(minute)}`,
    true,
  ),
  listed("## Question?", (page, { question }) =>
    page.put("## ").say("user", question).line().gap(),
  ),
  listed("**Question?**", (page, { question }) =>
    page.put("**").say("user", question).line("**").gap(),
  ),
  listed("1. Question?", (page, { question }, n) =>
    page.put(`${n}. `).say("user", question).line(),
  ),
  listed("Question? on a line", (page, { question }) => page.say("user", question).line()),
  listed("Question? underlined", (page, { question }) =>
    page
      .say("user", question)
      .line()
      .line("-".repeat(Math.min(40, question.length))),
  ),
  listed(": answer", (page, { question }) => page.say("user", question).line().put(":   "), false),
  rows("| Question | Answer |", "|", true),
  rows("Question TAB Answer", "\t", false),
  mail,
];
