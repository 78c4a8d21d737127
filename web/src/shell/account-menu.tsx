import { useNavigate } from "@tanstack/react-router";
import { LogOut, UserRound } from "lucide-react";
import { useMe } from "@/api";
import { chooseLanguage, LANGUAGES, useLanguage } from "@/i18n";
import { AVAILABILITIES, chooseAvailability, useAvailability } from "@/inbox/presence/availability";
import { chooseTheme, useThemeChoice } from "@/theme/theme";
import { Avatar, Menu, MenuItem, MenuLabel, MenuSeparator } from "@/ui";
import { LANGUAGE_NAMES, useThemes } from "./looks";
import { useShellText } from "./text";
import { useSignOut } from "./use-account";

/** The person's own menu: profile, looks, language, the way out. */
export function AccountMenu({ side }: { side: "top" | "bottom" }) {
  const t = useShellText();
  const { user, tenant } = useMe();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const themes = useThemes();
  const available = useAvailability();
  const [theme, language] = [useThemeChoice(), useLanguage()];
  const trigger = (
    <button type="button" aria-label={t.account(user.name)} className="rounded-full">
      <Avatar name={user.name} />
    </button>
  );
  return (
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
        <MenuItem key={value} checked={available === value} onSelect={() => chooseAvailability(value)}>
          {t.availabilities[value]}
        </MenuItem>
      ))}
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
}
