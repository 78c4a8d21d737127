import { Link } from "@tanstack/react-router";
import { Keyboard, LogOut, UserRound } from "lucide-react";
import { useMe } from "@/api";
import { chooseLanguage, type Language, useLanguage } from "@/i18n";
import { AVAILABILITIES, type Availability, chooseAvailability, useAvailability } from "@/inbox/presence/availability";
import { chooseTheme, type ThemeChoice, useThemeChoice } from "@/theme/theme";
import { Avatar, Button, buttonClass, Field, Select } from "@/ui";
import { LANGUAGE_OPTIONS, useThemes } from "./looks";
import { useShellText } from "./text";
import { useSignOut } from "./use-account";

/** What the account's menu has, laid out for a thumb. */
export function AccountActions({ onDone, onShortcuts }: { onDone: () => void; onShortcuts: () => void }) {
  const t = useShellText();
  const { user, tenant } = useMe();
  const signOut = useSignOut();
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
          value={useAvailability()}
          onValueChange={(value) => chooseAvailability(value as Availability)}
          options={AVAILABILITIES.map((value) => ({ value, label: t.availabilities[value] }))}
        />
      </Field>
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
