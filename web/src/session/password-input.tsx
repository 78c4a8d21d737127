import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { IconButton, Input } from "@/ui";
import { useSessionText } from "./text";

interface PasswordInputProps {
  value: string;
  onChange: (value: string) => void;
  /** Tells password managers which of the two it is. */
  kind: "current-password" | "new-password";
  autoFocus?: boolean;
}

/** A password, which can be looked at while it is typed. */
export function PasswordInput({ value, onChange, kind, autoFocus }: PasswordInputProps) {
  const t = useSessionText();
  const [shown, setShown] = useState(false);
  return (
    <div className="relative">
      <Input
        type={shown ? "text" : "password"}
        autoComplete={kind}
        required
        autoFocus={autoFocus}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="pr-9"
      />
      <IconButton
        label={shown ? t.hidePassword : t.showPassword}
        icon={shown ? <EyeOff /> : <Eye />}
        size="sm"
        onClick={() => setShown(!shown)}
        className="absolute top-0.5 right-0.5"
      />
    </div>
  );
}

export const PASSWORD_MIN = 10;
