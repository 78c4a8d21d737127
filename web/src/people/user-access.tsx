import { KeyRound, ShieldOff, UserCheck, UserX } from "lucide-react";
import { useMe } from "@/api";
import { Button, confirm, Section } from "@/ui";
import { attempt } from "./attempt";
import { change, type User } from "./queries";
import { useText } from "./text";

/** What can be done with an account that is not one's own. */
export function UserAccess({ user, tag }: { user: User; tag: string }) {
  const { users: t } = useText();
  const me = useMe();
  if (user.id === me.user.id) {
    return null;
  }
  const { id, name, email } = user;

  const setActive = (active: boolean) =>
    attempt(() => change.updateUser(id, tag, { active }), active ? t.activated(name) : t.deactivated(name));

  const deactivate = async () => {
    const question = { title: t.deactivateQuestion(name), detail: t.deactivateConsequence, action: t.deactivate };
    if (await confirm({ ...question, danger: true })) {
      await setActive(false);
    }
  };

  const resetPassword = async () => {
    const question = { title: t.resetPasswordQuestion(name), detail: t.resetPasswordConsequence };
    if (await confirm({ ...question, action: t.resetPassword, danger: true })) {
      await attempt(() => change.resetPassword(id), t.passwordReset(email));
    }
  };

  const removeSecondFactor = async () => {
    const question = { title: t.removeSecondFactorQuestion(name), detail: t.removeSecondFactorConsequence };
    if (await confirm({ ...question, action: t.removeSecondFactor, danger: true })) {
      await attempt(() => change.removeSecondFactor(id), t.secondFactorRemoved);
    }
  };

  return (
    <Section title={t.account}>
      <div className="flex flex-wrap gap-2">
        {user.active ? (
          <>
            <Button icon={<KeyRound />} onClick={() => void resetPassword()}>
              {t.resetPassword}
            </Button>
            {user.has_second_factor && (
              <Button icon={<ShieldOff />} onClick={() => void removeSecondFactor()}>
                {t.removeSecondFactor}
              </Button>
            )}
            <Button icon={<UserX />} onClick={() => void deactivate()}>
              {t.deactivate}
            </Button>
          </>
        ) : (
          <Button icon={<UserCheck />} onClick={() => void setActive(true)}>
            {t.activate}
          </Button>
        )}
      </div>
    </Section>
  );
}
