// What customers write, by what they want: phrases for training and others for the held-out rows, `*` for a thing.
export const labels = [
  "billing",
  "delivery",
  "login",
  "refund",
  "damage",
  "cancel",
  "hours",
  "praise",
] as const;

interface Phrases {
  training: readonly string[];
  heldOut: readonly string[];
}

export const things = [
  ...[
    "lamp",
    "kettle",
    "chair",
    "jacket",
    "phone",
    "book",
    "bicycle",
    "printer",
    "watch",
    "carpet",
    "tent",
    "toaster",
  ],
  ...["guitar", "camera", "mirror", "desk"],
];

export const openings = [
  "",
  "Hello, ",
  "Hi there, ",
  "Good day, ",
  "Sorry to bother you, ",
  "Quick question: ",
];

export const phrases: Readonly<Record<(typeof labels)[number], Phrases>> = {
  billing: {
    training: [
      "I was charged twice for the *",
      "the invoice for the * shows a wrong sum",
      "why did my card pay more than the price of the *",
      "please send me the invoice for the *",
      "there is a fee on my bill that I do not know",
      "the discount on the * was not taken off",
    ],
    heldOut: [
      "the amount taken from my account for the * is too high",
      "my credit card shows two payments for one *",
      "where do I find the receipt for the *",
      "you put tax on the * twice",
    ],
  },
  delivery: {
    training: [
      "my * has not arrived yet",
      "where is the parcel with my *",
      "the driver never came with the *",
      "tracking says the * is still in the warehouse",
      "when will you ship the *",
      "the * went to the wrong address",
    ],
    heldOut: [
      "I have been waiting for the * for two weeks",
      "how long does it take until the * gets here",
      "the courier left my * with a stranger",
      "the package with the * is lost",
    ],
  },
  login: {
    training: [
      "I forgot my password",
      "the site does not let me sign in",
      "my account is locked",
      "the code for signing in never comes",
      "I cannot get into my account to see the *",
      "it says that my user name is unknown",
    ],
    heldOut: [
      "how do I reset my password",
      "I am shut out of my profile",
      "your app rejects my user name and password",
      "the link to confirm my account has expired",
    ],
  },
  refund: {
    training: [
      "I want my money back for the *",
      "I sent the * back, when do I get the money",
      "please pay back what I gave for the *",
      "can I return the * and be repaid",
      "you still owe me the price of the *",
      "the money for the returned * is not here",
    ],
    heldOut: [
      "I returned the * and nothing was repaid",
      "how do I get back what I paid for the *",
      "I would like to be reimbursed for the *",
      "give me back the money for the *",
    ],
  },
  damage: {
    training: [
      "the * came with a crack",
      "my new * is broken",
      "a part of the * is missing",
      "the * does not turn on",
      "there are scratches all over the *",
      "the * fell apart on the first day",
    ],
    heldOut: [
      "the * stopped working after an hour",
      "the * has a big dent",
      "I opened the box and the * was in pieces",
      "the * is torn and stained",
    ],
  },
  cancel: {
    training: [
      "I do not want the * any more, stop the order",
      "please take the * off my order",
      "call off the order of the *",
      "I ordered the * by mistake, undo it",
      "end my subscription",
      "I changed my mind about the *, do not send it",
    ],
    heldOut: [
      "please withdraw my order for the *",
      "I want to stop my membership",
      "drop the * from what I ordered",
      "do not ship the *, I no longer need it",
    ],
  },
  hours: {
    training: [
      "when do you open on Monday",
      "are you there on Sundays",
      "until what time can I come by for the *",
      "is the shop closed over the holidays",
      "how late is the shop open",
      "at what time do you close",
    ],
    heldOut: [
      "can I visit the store on Saturday evening",
      "do you open before nine",
      "is anybody in the shop at noon",
      "what are your times on Friday",
    ],
  },
  praise: {
    training: [
      "I love the *, thank you",
      "the * is perfect",
      "great service, I will be back",
      "your people were so kind about the *",
      "best * I ever had",
      "many thanks for the quick help with the *",
    ],
    heldOut: [
      "what a wonderful *",
      "the * makes me happy every day",
      "I am very pleased with the *",
      "five stars for your team",
    ],
  },
};
