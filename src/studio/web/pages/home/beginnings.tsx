// Three ways to begin, each of which works at once with what is bundled: a model tuned in a minute, own documents, a
// conversation.
import { FileText, Flame, MessagesSquare, type LucideIcon } from "lucide-react";
import { Link } from "../../app/link.tsx";
import styles from "./beginnings.module.css";

interface Beginning {
  icon: LucideIcon;
  title: string;
  text: string;
  to: string;
  link: string;
}

const beginnings: readonly Beginning[] = [
  {
    icon: Flame,
    title: "Fine-tune a model now",
    text: "Trains the bundled model on bundled questions in about a minute, then compares its answers with the base.",
    to: "/train?model=builtin/tiny&data=builtin",
    link: "Open the form, filled in",
  },
  {
    icon: FileText,
    title: "Start from your documents",
    text: "Drop chats, FAQs, mails or transcripts. The conversations in them become rows that you review.",
    to: "/identify",
    link: "Drop documents",
  },
  {
    icon: MessagesSquare,
    title: "Talk to a model",
    text: "Ask a model on this machine, or two side by side, before you decide what to teach it.",
    to: "/try?model=builtin/tiny",
    link: "Ask something",
  },
];

export function Beginnings() {
  return (
    <ul className={styles.list} aria-label="Ways to begin">
      {beginnings.map(({ icon: Icon, title, text, to, link }) => (
        <li key={to} className={styles.one}>
          <Icon size={20} aria-hidden="true" className={styles.icon} />
          <h2 className={styles.title}>{title}</h2>
          <p className={styles.text}>{text}</p>
          <Link to={to} className={styles.link}>
            {link}
          </Link>
        </li>
      ))}
    </ul>
  );
}
