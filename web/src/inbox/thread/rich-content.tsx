/** Messages that say more than words, as they were meant; the channel may have shown less. */

import { Image as ImageIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { components } from "@/api";
import { useLanguage } from "@/i18n";
import { RichText } from "./rich-text";

type Rich = components["schemas"]["RichMessage"];

export function RichContent({ content }: { content: Rich }) {
  switch (content.type) {
    case "card":
      return (
        <Titled title={content.title} text={content.text} image={content.image}>
          {content.links && <Links links={content.links} />}
        </Titled>
      );
    case "product":
      return (
        <Titled title={content.title} text={content.text} image={content.image}>
          {content.price && <Price {...content.price} />}
          {content.url && <Links links={[{ title: content.url, url: content.url }]} />}
        </Titled>
      );
    case "survey":
      return <Choices text={content.question} choices={content.answers} />;
    case "quick_replies":
      return <Choices text={content.text} choices={content.replies} />;
    case "component":
      return <RichText text={content.text} />;
  }
}

interface TitledProps {
  title: string;
  text?: string | null;
  image?: components["schemas"]["Image"] | null;
  children: ReactNode;
}

function Titled({ title, text, image, children }: TitledProps) {
  return (
    <div className="flex flex-col gap-1 py-1">
      {image && <Picture {...image} />}
      <p className="text-sm font-semibold">{title}</p>
      {text && <RichText text={text} />}
      {children}
    </div>
  );
}

/** Pictures of elsewhere are not loaded into the console: whose they are would learn who reads, and when. */
function Picture({ url, alt }: components["schemas"]["Image"]) {
  return (
    <a
      href={url}
      target="_blank"
      rel="noreferrer"
      className="flex items-center gap-2 rounded-md bg-surface p-2 text-sm text-muted"
    >
      <ImageIcon aria-hidden className="size-5 shrink-0" />
      {alt}
    </a>
  );
}

function Links({ links }: { links: { title: string; url: string }[] }) {
  return (
    <ul className="text-sm">
      {links.map(({ title, url }) => (
        <li key={url}>
          <a href={url} target="_blank" rel="noreferrer" className="break-all text-accent-ink underline">
            {title}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Price({ amount, currency }: components["schemas"]["Price"]) {
  const language = useLanguage();
  return (
    <p className="text-sm tabular-nums">
      {new Intl.NumberFormat(language, { style: "currency", currency }).format(Number(amount))}
    </p>
  );
}

function Choices({ text, choices }: { text: string; choices: components["schemas"]["Choice"][] }) {
  return (
    <div className="py-1">
      <RichText text={text} />
      <ul className="mt-1 flex flex-wrap gap-1">
        {choices.map(({ id, title }) => (
          <li key={id} className="rounded-md border border-line-strong px-2 text-sm">
            {title}
          </li>
        ))}
      </ul>
    </div>
  );
}
