/** A secret: that one is set can be seen, since when, and never what it is. */

import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { Button, IconButton, Input, RelativeTime, useField } from "@/ui";
import { type ShownSecret, useFormState } from "../form/state";
import { toPointer } from "../model/pointer";
import { useFormText } from "../text";
import { Labelled } from "../theme/layout";
import { change, type FieldProps, labelOf, pathOf, schemaOf } from "../theme/rjsf";

export function SecretField(props: FieldProps) {
  const state = useFormState();
  const t = useFormText();
  const [isReplacing, setIsReplacing] = useState(false);
  const [path, label] = [pathOf(props), labelOf(props)];
  const stored = state.secret(toPointer(path));
  const value: unknown = props.formData;
  const keep = () => {
    setIsReplacing(false);
    change(props, undefined);
  };
  const isEdited = typeof value === "string" || isReplacing || !stored?.set;
  return (
    <Labelled path={path} schema={schemaOf(props)} label={label} required={props.required}>
      {value === null ? (
        <Standing text={t.secretRemoved} tone="text-danger">
          <Button size="sm" onClick={keep}>
            {t.keepSecret}
          </Button>
        </Standing>
      ) : isEdited ? (
        <SecretInput
          value={typeof value === "string" ? value : ""}
          onValueChange={(text) => change(props, text === "" ? undefined : text)}
          disabled={props.disabled}
          keep={stored?.set ? keep : undefined}
          focus={isReplacing}
        />
      ) : (
        <Standing text={<Since secret={stored} />}>
          <Button
            size="sm"
            aria-label={t.replaceSecret(label)}
            disabled={props.disabled}
            onClick={() => setIsReplacing(true)}
          >
            {t.replace}
          </Button>
          {!props.required && (
            <Button
              size="sm"
              variant="ghost"
              aria-label={t.removeSecret(label)}
              disabled={props.disabled}
              onClick={() => change(props, null)}
            >
              {t.remove}
            </Button>
          )}
        </Standing>
      )}
    </Labelled>
  );
}

function Since({ secret }: { secret: ShownSecret }) {
  const t = useFormText();
  if (!secret.updated_at) return t.secretSetPlain;
  return (
    <>
      {`${t.secretSetPlain}, `}
      <RelativeTime at={secret.updated_at} />
    </>
  );
}

function Standing({ text, tone, children }: { text: React.ReactNode; tone?: string; children: React.ReactNode }) {
  const { id, "aria-describedby": describedBy } = useField();
  return (
    <div className="flex min-h-8 flex-wrap items-center gap-2 rounded-md border border-line bg-sunken px-2.5 py-0.5 text-sm">
      <output id={id} aria-describedby={describedBy} className={`min-w-0 flex-1 ${tone ?? "text-muted"}`}>
        {text}
      </output>
      {children}
    </div>
  );
}

interface SecretInputProps {
  value: string;
  onValueChange: (value: string) => void;
  disabled?: boolean;
  keep?: () => void;
  focus: boolean;
}

function SecretInput({ value, onValueChange, disabled, keep, focus }: SecretInputProps) {
  const t = useFormText();
  const [isShown, setIsShown] = useState(false);
  return (
    <span className="flex items-center gap-1">
      <Input
        type={isShown ? "text" : "password"}
        autoComplete="new-password"
        spellCheck={false}
        autoFocus={focus}
        className="font-mono"
        value={value}
        disabled={disabled}
        onChange={(event) => onValueChange(event.target.value)}
      />
      <IconButton
        label={isShown ? t.hide : t.show}
        icon={isShown ? <EyeOff /> : <Eye />}
        onClick={() => setIsShown(!isShown)}
      />
      {keep && (
        <Button variant="ghost" onClick={keep}>
          {t.keepSecret}
        </Button>
      )}
    </span>
  );
}
