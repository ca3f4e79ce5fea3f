// Exports that are JSON, XML or archives: Slack, Discord, Telegram, Teams, tickets, assistants, Stack Exchange. By hand.
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { readFiles, saidIn, timesIn, type Read } from "./reading.ts";

const json = (value: unknown): string => JSON.stringify(value, undefined, 1);
const messages = (read: Read): object[] => read.blocks.filter(({ type }) => type === "message");

const slack: Record<string, string> = {
  "channels.json": json([{ id: "C1", name: "general" }]),
  "users.json": json([
    { id: "U1", name: "al", profile: { display_name: "Al" } },
    { id: "U2", name: "bo", profile: { display_name: "", real_name: "Bo B" } },
    { id: "U3", name: "ci", is_bot: true, profile: { display_name: "CI" } },
  ]),
  "general/2024-01-01.json": json([
    {
      type: "message",
      user: "U1",
      text: "how &lt;x&gt; <@U2> &amp; <#C1|general>?",
      ts: "1704103200.000100",
      thread_ts: "1704103200.000100",
    },
    {
      type: "message",
      subtype: "channel_join",
      user: "U2",
      text: "<@U2> has joined",
      ts: "1704103201.0",
    },
    {
      type: "message",
      user: "U3",
      bot_id: "B1",
      text: "build <https://ci.example/1|#1> passed",
      ts: "1704103202.0",
    },
    {
      type: "message",
      subtype: "bot_message",
      username: "Hook",
      text: "pushed",
      ts: "1704103203.0",
    },
  ]),
  "general/2024-01-02.json": json([
    {
      type: "message",
      user: "U2",
      text: "see <https://a.example|the docs>, <mailto:a@b.c|a@b.c>",
      ts: "1704189600.0",
      thread_ts: "1704103200.000100",
    },
    {
      type: "message",
      user: "U9",
      user_profile: { display_name: "Gone" },
      text: "<!here> hi\r\nyou",
      ts: "1704189601.0",
    },
  ]),
};

const slackSaid = [
  "Al: how <x> @Bo B & #general?",
  "(Bo B: @Bo B has joined)",
  "(CI: build #1 (https://ci.example/1) passed)",
  "(Hook: pushed)",
  "Bo B: see the docs (https://a.example), a@b.c",
  "Gone: @here hi\nyou",
];

test("a Slack zip: threads over days, mentions, bots, joins", async () => {
  const zip = zipSync(
    Object.fromEntries(Object.entries(slack).map(([name, text]) => [name, strToU8(text)])),
  );
  const read = await readFiles({ "export.zip": zip });
  expect(read.kind).toBe("slack");
  expect(read.container).toBe(true);
  expect(saidIn(read)).toEqual(slackSaid);
  expect(messages(read)[0]).toMatchObject({
    thread: "general/1704103200.000100",
    sentAt: "2024-01-01T10:00:00.000Z",
  });
  expect(messages(read)[4]).toMatchObject({
    thread: "general/1704103200.000100",
    replyTo: "1704103200.000100",
  });
  expect(messages(read)[5]).toMatchObject({ thread: "general" });
});

test("the folder of a Slack export; a damaged day costs itself", async () => {
  const read = await readFiles({ ...slack, "general/2024-01-01.json": "[{]" });
  expect(read.kind).toBe("slack");
  expect(saidIn(read)).toEqual(slackSaid.slice(4));
});

test("Discord's JSON: nicknames, replies, joins, bots", async () => {
  const author = (name: string, nickname: string, isBot = false): object => ({
    id: name,
    name,
    nickname,
    isBot,
  });
  const read = await readFiles({
    "general.json": json({
      guild: { id: "1", name: "Server" },
      channel: { id: "2", type: "GuildTextChat", name: "general" },
      dateRange: { after: null, before: null },
      exportedAt: "2024-01-01T00:00:00+00:00",
      messages: [
        {
          id: "10",
          type: "Default",
          timestamp: "2024-01-01T10:00:00.123+00:00",
          content: "How?",
          author: author("alice", "Alice"),
          mentions: [],
        },
        {
          id: "11",
          type: "GuildMemberJoin",
          timestamp: "2024-01-01T10:00:01+00:00",
          content: "Joined the server.",
          author: author("carl", "carl"),
        },
        {
          id: "12",
          type: "Reply",
          timestamp: "2024-01-01T10:00:02+00:00",
          content: "@alice so",
          author: author("bob", "Bob"),
          mentions: [author("alice", "Alice")],
          reference: { messageId: "10" },
        },
        {
          id: "13",
          type: "Default",
          timestamp: "2024-01-01T10:00:03+00:00",
          content: "beep",
          author: author("b", "Bot", true),
          mentions: [],
        },
      ],
      messageCount: 4,
    }),
  });
  expect(read.kind).toBe("discord");
  expect(saidIn(read)).toEqual([
    "Alice: How?",
    "(carl: Joined the server.)",
    "Bob: @Alice so",
    "(Bot: beep)",
  ]);
  expect(messages(read)[2]).toMatchObject({
    id: "12",
    replyTo: "10",
    sentAt: "2024-01-01T10:00:02+00:00",
  });
});

test("Telegram: one chat and all chats", async () => {
  const chat = {
    name: "Ann",
    type: "personal_chat",
    id: 5,
    messages: [
      {
        id: 1,
        type: "message",
        date: "2024-01-01T10:00:00",
        date_unixtime: "1704103200",
        from: "Ann",
        from_id: "user1",
        text: ["see ", { type: "link", text: "https://x.example" }, "?"],
        text_entities: [],
      },
      {
        id: 2,
        type: "service",
        date: "2024-01-01T10:00:00",
        date_unixtime: "1704103200",
        actor: "Ann",
        actor_id: "user1",
        action: "pin_message",
        text: "pinned",
      },
      {
        id: 3,
        type: "message",
        date: "2024-01-01T10:01:00",
        date_unixtime: "1704103260",
        from: "Ben",
        from_id: "user2",
        reply_to_message_id: 1,
        text: "yes",
      },
    ],
  };
  const said = ["Ann: see https://x.example?", "(Ann: pinned)", "Ben: yes"];
  const one = await readFiles({ "result.json": json(chat) });
  expect(one.kind).toBe("telegram");
  expect(saidIn(one)).toEqual(said);
  expect(messages(one)[2]).toMatchObject({
    replyTo: "1",
    thread: "Ann 5",
    sentAt: "2024-01-01T10:01:00.000Z",
  });
  const all = await readFiles({
    "result.json": json({
      about: "…",
      chats: { about: "…", list: [chat, { ...chat, id: 6, name: "Bo" }] },
    }),
  });
  expect(saidIn(all)).toEqual([...said, ...said]);
  expect(messages(all)[3]).toMatchObject({ thread: "Bo 6" });
});

test("Telegram's HTML: joined messages, replies, forwarded ones, notices", async () => {
  const date = (time: string): string =>
    `<div class="pull_right date details" title="01.02.2024 ${time} UTC+01:00">${time}</div>`;
  const said = (id: number, classes: string, inside: string): string =>
    `<div class="message ${classes}" id="message${id}">\n<div class="body">\n${inside}\n</div>\n</div>`;
  const read = await readFiles({
    "messages.html": [
      '<!DOCTYPE html><html><body><div class="page_wrap"><div class="page_header"><div class="text bold">',
      'Ann </div></div><div class="page_body chat_page"><div class="history">',
      '<div class="message service" id="message-1"><div class="body details">1 February 2024</div></div>',
      said(
        1,
        "default clearfix",
        `${date("10:00:00")}<div class="from_name">\nAnn </div><div class="text">\nHow <strong>so</strong> &amp; why?<br>Tell me</div>`,
      ),
      said(2, "default clearfix joined", `${date("10:00:09")}<div class="text">please</div>`),
      said(
        3,
        "default clearfix",
        `${date("10:01:00")}<div class="from_name">Ben</div><div class="reply_to details">In reply to <a href="#go_to_message1" onclick="return GoToMessage(1)">this message</a></div><div class="text">Like <a href="https://x.example">this</a></div>`,
      ),
      said(
        4,
        "default clearfix joined",
        `${date("10:02:00")}<div class="forwarded body"><div class="from_name">News <span class="date">x</span></div><div class="text">told</div></div>`,
      ),
      "</div></div></div></body></html>",
    ].join("\n"),
  });
  expect(read.kind).toBe("telegram-html");
  expect(saidIn(read)).toEqual([
    "(?: 1 February 2024)",
    "Ann: How so & why?\nTell me",
    "Ann: please",
    "Ben: Like this",
    "(Ben: told)",
  ]);
  expect(messages(read)[3]).toMatchObject({
    id: "3",
    replyTo: "1",
    sentAt: "2024-02-01T10:01:00+01:00",
  });
});

test("Teams: Graph's list, newest first, and a personal account's export", async () => {
  const user = (displayName: string): object => ({ user: { displayName } });
  const graph = await readFiles({
    "teams.json": json({
      value: [
        {
          id: "3",
          messageType: "systemEventMessage",
          createdDateTime: "2024-01-01T10:02:00Z",
          chatId: "c",
          from: null,
          body: { contentType: "html", content: "<systemEventMessage/>left" },
        },
        {
          id: "2",
          messageType: "message",
          createdDateTime: "2024-01-01T10:01:00Z",
          chatId: "c",
          from: user("Bob"),
          attachments: [{ id: "1", contentType: "messageReference" }],
          body: {
            contentType: "html",
            content:
              '<attachment id="1"></attachment><p>yes &amp;&nbsp;<b>no</b></p><ul><li>one</li></ul>',
          },
        },
        {
          id: "1",
          messageType: "message",
          createdDateTime: "2024-01-01T10:00:00Z",
          chatId: "c",
          from: user("Al"),
          body: { contentType: "text", content: "q <1>?" },
        },
      ],
    }),
  });
  expect(graph.kind).toBe("teams");
  expect(saidIn(graph)).toEqual(["Al: q <1>?", "Bob: yes & no\n\n- one", "(?: left)"]);
  expect(messages(graph)[1]).toMatchObject({ replyTo: "1" });
  const personal = await readFiles({
    "messages.json": json({
      userId: "8:me",
      exportDate: "2024-01-02",
      conversations: [
        {
          id: "19:x",
          displayName: "Team",
          MessageList: [
            {
              id: "2",
              displayName: "Bob",
              originalarrivaltime: "2024-01-01T10:01:00Z",
              messagetype: "RichText/Html",
              content: "<blockquote>q?</blockquote><div>a</div>",
            },
            {
              id: "1",
              displayName: "Al",
              originalarrivaltime: "2024-01-01T10:00:00Z",
              messagetype: "Text",
              content: "q?",
            },
            {
              id: "0",
              displayName: null,
              originalarrivaltime: "2024-01-01T09:00:00Z",
              messagetype: "ThreadActivity/AddMember",
              content: "<addmember>x</addmember>",
            },
          ],
        },
      ],
    }),
  });
  expect(personal.kind).toBe("teams");
  expect(saidIn(personal)).toEqual(["(?: x)", "Al: q?", "Bob: a"]);
});

test("tickets: agents answer, internal notes stay out", async () => {
  const read = await readFiles({
    "tickets.json": json({
      tickets: [
        {
          id: 7,
          subject: "Broken",
          requester_id: 1,
          comments: [
            {
              id: 1,
              author_id: 1,
              body: "It is broken.",
              public: true,
              created_at: "2024-01-01T10:00:00Z",
            },
            { id: 2, author_id: 2, body: "note to self", public: false },
            { id: 3, author_id: 2, html_body: "<p>Mended.</p>", public: true },
          ],
        },
      ],
      users: [
        { id: 1, name: "Cu", role: "end-user" },
        { id: 2, name: "Ag", role: "agent" },
      ],
    }),
  });
  expect(read.kind).toBe("tickets");
  expect(messages(read)).toMatchObject([
    { role: "user", speaker: "Cu", thread: "7" },
    { role: "assistant", speaker: "Ag", thread: "7" },
  ]);
  expect(saidIn(read)).toEqual(["Cu: It is broken.", "Ag: Mended."]);
});

interface Node {
  id: string;
  parent: string | null;
  children: string[];
  message: object | null;
}

function node(
  id: string,
  parent: string | null,
  children: string[],
  role?: string,
  content?: object,
  more: object = {},
): [string, Node] {
  const message =
    role === undefined
      ? null
      : {
          id,
          author: { role },
          create_time: 1700000000 + id.charCodeAt(0),
          content,
          recipient: "all",
          metadata: {},
          ...more,
        };
  return [id, { id, parent, children, message }];
}

const text = (...parts: unknown[]): object => ({ content_type: "text", parts });

test("ChatGPT: the current branch, content types, tools", async () => {
  const mapping = Object.fromEntries([
    node("r", null, ["s"]),
    node("s", "r", ["u"], "system", text("")),
    node("u", "s", ["a", "b"], "user", {
      content_type: "multimodal_text",
      parts: [{ content_type: "image_asset_pointer" }, "What is it?"],
    }),
    node("a", "u", [], "assistant", text("dropped")),
    node(
      "b",
      "u",
      ["c"],
      "assistant",
      { content_type: "code", text: "search()" },
      { recipient: "browser" },
    ),
    node("c", "b", ["d"], "tool", text("result")),
    node("d", "c", ["e"], "assistant", { content_type: "thoughts", thoughts: [] }),
    node("e", "d", [], "assistant", text("A cat.\n\nAsleep.")),
  ]);
  const rings = {
    x: { id: "x", parent: "y", children: ["y"], message: mapping["u"]?.message },
    y: { id: "y", parent: "x", children: ["x"], message: mapping["e"]?.message },
  };
  const read = await readFiles({
    "conversations.json": json([
      { title: "Cat", mapping, current_node: "e", conversation_id: "c1" },
      { title: "Ring", mapping: rings, current_node: "y", conversation_id: "c2" },
    ]),
  });
  expect(read.kind).toBe("chatgpt");
  expect(saidIn(read)).toEqual([
    "user: What is it?",
    "(assistant: search())",
    "(tool: result)",
    "assistant: A cat.\n\nAsleep.",
    "user: What is it?",
    "assistant: A cat.\n\nAsleep.",
  ]);
  expect(messages(read)[0]).toMatchObject({ role: "user", thread: "c1" });
});

test("Claude: text blocks, and the branch of the last message", async () => {
  const said = (uuid: string, sender: string, words: string, parent?: string): object => ({
    uuid,
    sender,
    text: words,
    content: [
      { type: "thinking", thinking: "hm" },
      { type: "text", text: words },
    ],
    created_at: "2024-01-01T00:00:00Z",
    parent_message_uuid: parent,
  });
  const read = await readFiles({
    "conversations.json": json([
      {
        uuid: "x",
        name: "Plain",
        chat_messages: [said("1", "human", "q"), said("2", "assistant", "a")],
      },
      {
        uuid: "y",
        name: "Branches",
        chat_messages: [
          said("1", "human", "q", "0"),
          said("2", "assistant", "old", "1"),
          said("3", "assistant", "new", "1"),
        ],
      },
    ]),
  });
  expect(read.kind).toBe("claude");
  expect(saidIn(read)).toEqual(["user: q", "assistant: a", "user: q", "assistant: new"]);
});

test("Stack Exchange: the accepted answer, else the best", async () => {
  const row = (attributes: Record<string, string>): string =>
    `  <row ${Object.entries(attributes)
      .map(([name, value]) => `${name}="${value}"`)
      .join(" ")} />`;
  const read = await readFiles({
    "Posts.xml": [
      '<?xml version="1.0" encoding="utf-8"?>',
      "<posts>",
      row({
        Id: "1",
        PostTypeId: "1",
        AcceptedAnswerId: "3",
        Title: "T?",
        Body: "&lt;p&gt;How &lt;code&gt;x&lt;/code&gt;?&lt;/p&gt;",
        OwnerUserId: "1",
      }),
      row({
        Id: "2",
        PostTypeId: "2",
        ParentId: "1",
        Score: "9",
        Body: "&lt;p&gt;liked&lt;/p&gt;",
      }),
      row({
        Id: "3",
        PostTypeId: "2",
        ParentId: "1",
        Score: "0",
        Body: "&lt;pre&gt;&lt;code&gt;b&#xA;  c&lt;/code&gt;&lt;/pre&gt;",
      }),
      row({ Id: "4", PostTypeId: "1", Title: "U?", Body: "u" }),
      row({ Id: "5", PostTypeId: "2", ParentId: "4", Score: "1", Body: "one" }),
      row({ Id: "6", PostTypeId: "2", ParentId: "4", Score: "2", Body: "two" }),
      row({ Id: "7", PostTypeId: "1", Title: "unanswered", Body: "v" }),
      "</posts>",
    ].join("\n"),
  });
  expect(read.kind).toBe("stack-exchange");
  expect(saidIn(read)).toEqual([
    "user 1: How x?",
    "assistant: b\n  c",
    "user: u",
    "assistant: two",
  ]);
});

test("exports give no dates that are none", async () => {
  const read = await readFiles({
    "c.json": json([
      {
        title: "T",
        mapping: Object.fromEntries([
          node("u", null, [], "user", text("q"), { create_time: 1e300 }),
        ]),
      },
    ]),
  });
  expect(timesIn(read)).toEqual([undefined]);
});
