import { useNavigate } from "@tanstack/react-router";
import { LogOut, MessageSquareText, UserRound } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useMe } from "@/api";
import { chooseLanguage, LANGUAGES, useLanguage } from "@/i18n";
import { AVAILABILITIES, choose, useAvailability } from "@/inbox/presence/availability";
import { chooseTheme, useThemeChoice } from "@/theme/theme";
import { Avatar, Menu, MenuItem, MenuLabel, MenuSeparator } from "@/ui";
import { LANGUAGE_NAMES, useThemes } from "./looks";
import { useShellText } from "./text";
import { useSignOut } from "./use-account";

const StatusDialog = lazy(() => import("./status-dialog").then((module) => ({ default: module.StatusDialog })));

/** The person's own menu: profile, looks, language, the way out. */
export function AccountMenu({ side }: { side: "top" | "bottom" }) {
  const t = useShellText();
  const { user, tenant } = useMe();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const themes = useThemes();
  const { availability, text } = useAvailability();
  const [writing, setWriting] = useState(false);
  const [theme, language] = [useThemeChoice(), useLanguage()];
  const trigger = (
    <button type="button" aria-label={t.account(user.name)} className="rounded-full">
      <Avatar name={user.name} presence={availability === "automatic" ? "online" : availability} />
    </button>
  );
  const menu = (
    <Menu trigger={trigger} side={side}>
      <div className="max-w-60 px-2 py-1 text-sm">
        <p className="truncate font-medium">{user.name}</p>
        <p className="truncate text-xs text-muted">{tenant.name}</p>
      </div>
      <MenuSeparator />
      <MenuItem icon={<UserRound />} onSelect={() => void navigate({ to: "/profile" })}>
        {t.profile}
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>{t.availability}</MenuLabel>
      {AVAILABILITIES.map((value) => (
        <MenuItem key={value} checked={availability === value} onSelect={() => choose({ availability: value })}>
          {t.availabilities[value]}
        </MenuItem>
      ))}
      <MenuItem icon={<MessageSquareText />} onSelect={() => setWriting(true)}>
        <span className="inline-block max-w-52 truncate align-bottom">{text || t.statusWrite}</span>
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>{t.theme}</MenuLabel>
      {themes.map(({ value, label }) => (
        <MenuItem key={value} checked={theme === value} onSelect={() => chooseTheme(value)}>
          {label}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuLabel>{t.language}</MenuLabel>
      {LANGUAGES.map((value) => (
        <MenuItem key={value} checked={language === value} onSelect={() => chooseLanguage(value)}>
          {LANGUAGE_NAMES[value]}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem icon={<LogOut />} onSelect={() => void signOut()}>
        {t.signOut}
      </MenuItem>
    </Menu>
  );
  return (
    <>
      {menu}
      <Suspense>{writing && <StatusDialog onClose={() => setWriting(false)} />}</Suspense>
    </>
  );
}
