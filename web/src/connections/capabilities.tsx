import { type Cog, Globe, KeyRound, Newspaper, PenLine, Play, Puzzle, Ruler, ScrollText, Webhook } from "lucide-react";
import { inWords } from "./capability-words";
import type { Capability } from "./queries";
import { useText } from "./text";

const PICTURES = {
  interface: Puzzle,
  egress: Globe,
  secret: KeyRound,
  injection: KeyRound,
  signature: PenLine,
  trigger: Newspaper,
  action: Play,
  webhook: Webhook,
  section: ScrollText,
  limit: Ruler,
} satisfies Record<Capability["kind"], typeof Cog>;

/** Everything that a plugin may do. */
export function Capabilities({ capabilities }: { capabilities: Capability[] }) {
  const t = useText();
  return (
    <dl className="flex flex-col gap-3">
      {inWords(capabilities, t).map(({ kind, lines }) => {
        const Picture = PICTURES[kind];
        return (
          <div key={kind} className="relative min-w-0 pl-7">
            <dt className="text-sm font-medium">
              <Picture aria-hidden className="absolute top-0.5 left-0 size-4 text-faint" />
              {t.capabilities.groups[kind]}
            </dt>
            {lines.map(({ text, ids }) => (
              <dd key={ids.join()} className="text-sm break-words text-muted">
                {text}
              </dd>
            ))}
            {kind === "secret" && <dd className="text-xs text-faint">{t.capabilities.secretNote}</dd>}
          </div>
        );
      })}
    </dl>
  );
}
