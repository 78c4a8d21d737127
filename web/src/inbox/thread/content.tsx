/** What a message says, whatever its type. What is not known here is shown as its preview. */

import { Contact, File, Image as ImageIcon, MapPin, Mic, ShoppingBag, Sticker, Video } from "lucide-react";
import type { ReactNode } from "react";
import { useConversationText } from "../conversation-text";
import type { Message } from "../types";
import { RichContent } from "./rich-content";
import { RichText } from "./rich-text";

export function MessageContent({ message }: { message: Message }) {
  const t = useConversationText();
  const { content } = message;
  switch (content.type) {
    case "text":
      return <RichText text={content.text} />;
    case "image":
      return <Media icon={<ImageIcon />} name={t.media.image} media={content.media} caption={content.caption} />;
    case "video":
      return <Media icon={<Video />} name={t.media.video} media={content.media} caption={content.caption} />;
    case "audio":
      return <Media icon={<Mic />} name={content.voice ? t.media.voice : t.media.audio} media={content.media} />;
    case "document":
      return (
        <Media
          icon={<File />}
          name={content.filename ?? t.media.document}
          media={content.media}
          caption={content.caption}
        />
      );
    case "sticker":
      return <Media icon={<Sticker />} name={t.media.sticker} media={content.media} />;
    case "location":
      return (
        <Piece icon={<MapPin />} title={content.name ?? t.media.location}>
          {content.address}
          <span className="block tabular-nums">{`${content.latitude}, ${content.longitude}`}</span>
        </Piece>
      );
    case "contacts":
      return <Piece icon={<Contact />} title={message.preview} />;
    case "order":
      return <Piece icon={<ShoppingBag />} title={message.preview} />;
    case "interactive_reply":
      return <Chosen title={content.title ?? message.preview}>{content.description}</Chosen>;
    case "button":
      return <Chosen title={content.text} />;
    case "card":
    case "product":
    case "survey":
    case "quick_replies":
    case "component":
      return <RichContent content={content} />;
    case "unsupported":
      return <p className="text-sm text-muted italic">{t.unsupported}</p>;
    default:
      return <RichText text={message.preview} />;
  }
}

interface MediaProps {
  icon: ReactNode;
  name: string;
  media: { link?: string | null; size?: number | null; mime_type?: string | null };
  caption?: string | null;
}

/** The place of a file. It lies at the provider; where that gave an address, a link leads there. */
function Media({ icon, name, media, caption }: MediaProps) {
  const t = useConversationText();
  const details = [media.mime_type?.split(";")[0], media.size ? t.kilobytes(Math.ceil(media.size / 1024)) : undefined];
  return (
    <>
      <Piece icon={icon} title={name}>
        {details.filter(Boolean).join(" · ")}
        {media.link && /^https:\/\//.test(media.link) && (
          <a href={media.link} target="_blank" rel="noreferrer" className="block text-accent-ink underline">
            {t.openFile}
          </a>
        )}
      </Piece>
      {caption && <RichText text={caption} />}
    </>
  );
}

function Piece({ icon, title, children }: { icon: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className="my-0.5 flex items-center gap-2.5">
      <span className="flex size-9 shrink-0 items-center justify-center rounded-md bg-surface text-muted [&_svg]:size-5">
        {icon}
      </span>
      <div className="min-w-0 text-xs text-muted">
        <p className="text-sm font-medium break-words text-ink">{title}</p>
        {children}
      </div>
    </div>
  );
}

/** Which of the choices on offer somebody took. */
function Chosen({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="text-sm">
      <p className="font-medium">{title}</p>
      {children && <p className="text-muted">{children}</p>}
    </div>
  );
}
