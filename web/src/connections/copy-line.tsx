import { CopyButton, Field, Input } from "@/ui";

/** A text that belongs somewhere else. */
export function CopyLine({ label, text, copy }: { label: string; text: string; copy?: string }) {
  return (
    <Field label={label}>
      <span className="flex items-center gap-1">
        <Input readOnly value={text} className="font-mono text-xs" onFocus={(event) => event.target.select()} />
        <CopyButton text={text} label={copy} />
      </span>
    </Field>
  );
}
