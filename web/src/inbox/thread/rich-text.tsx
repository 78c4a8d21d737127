/** Plain text with its addresses as links. */

import type { ReactNode } from "react";

const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>"'.,;:!?)\]}]/g;

export function RichText({ text }: { text: string }) {
  return <p className="text-sm break-words whitespace-pre-wrap">{withLinks(text)}</p>;
}

function withLinks(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    parts.push(
      text.slice(end, index),
      <a key={index} href={address} target="_blank" rel="noreferrer" className="text-accent-ink underline">
        {address}
      </a>,
    );
    end = index + address.length;
  }
  parts.push(text.slice(end));
  return parts;
}
