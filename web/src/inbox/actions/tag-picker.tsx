import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactElement, useState } from "react";
import { Checkbox, Input, Popover } from "@/ui";
import { useConversationText } from "../conversation-text";
import { tagsQuery } from "../queries";

interface TagPickerProps {
  trigger: ReactElement;
  chosen: string[];
  onToggle: (tag: string, add: boolean) => void;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

/** Tags to choose from, and room for a new one. */
export function TagPicker({ trigger, chosen, onToggle, open, onOpenChange }: TagPickerProps) {
  const t = useConversationText();
  const [text, setText] = useState("");
  const known = useQuery(tagsQuery).data?.map((tag) => tag.name) ?? [];
  const all = [...new Set([...chosen, ...known])];
  const wanted = text.trim().toLocaleLowerCase();
  const matching = all.filter((tag) => tag.toLocaleLowerCase().includes(wanted)).slice(0, 50);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const tag = matching.length === 1 && matching[0] ? matching[0] : text.trim();
    if (tag) onToggle(tag, !chosen.includes(tag));
    setText("");
  };
  return (
    <Popover trigger={trigger} label={t.tags} open={open} onOpenChange={onOpenChange} className="w-64 p-2">
      <form onSubmit={submit}>
        <Input
          aria-label={t.findOrAddTag}
          placeholder={t.findOrAddTag}
          maxLength={100}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </form>
      <ul className="mt-2 max-h-56 overflow-y-auto">
        {matching.map((tag) => (
          <li key={tag} className="rounded px-1 py-1 hover:bg-hover">
            <Checkbox label={tag} checked={chosen.includes(tag)} onCheckedChange={(add) => onToggle(tag, add)} />
          </li>
        ))}
      </ul>
      {wanted && matching.length === 0 && <p className="px-1 text-sm text-muted">{t.enterAddsTag(text.trim())}</p>}
    </Popover>
  );
}
