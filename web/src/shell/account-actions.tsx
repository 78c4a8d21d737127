import { Link } from "@tanstack/react-router";
import { Keyboard, LogOut, MessageSquareText, UserRound } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useMe } from "@/api";
import { chooseLanguage, type Language, useLanguage } from "@/i18n";
import { AVAILABILITIES, type Availability, choose, useAvailability } from "@/inbox/presence/availability";
import { chooseTheme, type ThemeChoice, useThemeChoice } from "@/theme/theme";
import { Avatar, Button, buttonClass, Field, Select } from "@/ui";
import { LANGUAGE_OPTIONS, useThemes } from "./looks";
import { useShellText } from "./text";
import { useSignOut } from "./use-account";

const StatusDialog = lazy(() => import("./status-dialog").then((module) => ({ default: module.StatusDialog })));

/** What the account's menu has, laid out for a thumb. */
export function AccountActions({ onDone, onShortcuts }: { onDone: () => void; onShortcuts: () => void }) {
  const t = useShellText();
  const { user, tenant } = useMe();
  const signOut = useSignOut();
  const { availability, text } = useAvailability();
  const [writing, setWriting] = useState(false);
  return (
    <div className="flex flex-col gap-4 border-t border-line pt-4">
      <div className="flex items-center gap-3">
        <Avatar name={user.name} />
        <div className="min-w-0">
          <p className="truncate font-medium">{user.name}</p>
          <p className="truncate text-sm text-muted">{tenant.name}</p>
        </div>
      </div>
      <Field label={t.availability}>
        <Select
          value={availability}
          onValueChange={(value) => choose({ availability: value as Availability })}
          options={AVAILABILITIES.map((value) => ({ value, label: t.availabilities[value] }))}
        />
      </Field>
      <Button icon={<MessageSquareText />} onClick={() => setWriting(true)}>
        <span className="min-w-0 truncate">{text || t.statusWrite}</span>
      </Button>
      <Suspense>{writing && <StatusDialog onClose={() => setWriting(false)} />}</Suspense>
      <Field label={t.theme}>
        <Select
          value={useThemeChoice()}
          onValueChange={(value) => chooseTheme(value as ThemeChoice)}
          options={useThemes()}
        />
      </Field>
      <Field label={t.language}>
        <Select
          value={useLanguage()}
          onValueChange={(value) => chooseLanguage(value as Language)}
          options={LANGUAGE_OPTIONS}
        />
      </Field>
      <Link to="/profile" onClick={onDone} className={buttonClass()}>
        <UserRound aria-hidden />
        {t.profile}
      </Link>
      <Button
        icon={<Keyboard />}
        onClick={() => {
          onDone();
          onShortcuts();
        }}
      >
        {t.shortcuts}
      </Button>
      <Button icon={<LogOut />} onClick={() => void signOut()}>
        {t.signOut}
      </Button>
    </div>
  );
}
