import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { IconButton } from "./icon-button";
import { useUiText } from "./text";
import { toastError } from "./toast";

/** Puts a text where it can be pasted. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useUiText();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <IconButton
      label={copied ? t.copied : (label ?? t.copy)}
      icon={copied ? <Check /> : <Copy />}
      size="sm"
      onClick={copy}
    />
  );
}
