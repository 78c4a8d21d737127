import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { anonymous, type components, fieldError, isProblem, ok, session } from "@/api";
import { Button, buttonClass, ErrorNote, ErrorState, Field, Input, SkeletonRows } from "@/ui";
import { Frame } from "./frame";
import { useLinkToken } from "./link-token";
import { PASSWORD_MIN, PasswordInput } from "./password-input";
import { useSessionText } from "./text";

export function AcceptInvitation() {
  const t = useSessionText();
  const token = useLinkToken();
  const invitation = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => ok(anonymous.POST("/api/v1/auth/invitation", { body: { token: token ?? "" } })),
    enabled: token !== undefined,
    // A link is a secret: not to be found in anything that is kept.
    gcTime: 0,
  });
  const expired = isProblem(invitation.error, "link_expired");
  if (!token || expired) {
    return (
      <Frame title={expired ? t.linkOld : t.noToken} hint={expired ? t.inviteOldHint : t.noTokenHint}>
        <Link to="/sign-in" className={buttonClass()}>
          {t.backToSignIn}
        </Link>
      </Frame>
    );
  }
  if (invitation.error) return <ErrorState error={invitation.error} retry={() => void invitation.refetch()} />;
  if (!invitation.data) return <SkeletonRows rows={3} />;
  return <Join token={token} invitation={invitation.data} />;
}

interface JoinProps {
  token: string;
  invitation: components["schemas"]["PendingInvitation"];
}

function Join({ token, invitation }: JoinProps) {
  const t = useSessionText();
  const router = useRouter();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [short, setShort] = useState(false);
  const accept = useMutation({
    mutationFn: () => ok(anonymous.POST("/api/v1/auth/accept-invitation", { body: { token, name, password } })),
    onSuccess: (tokens) => {
      session.start(tokens);
      router.history.replace("/inbox");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setShort(password.length < PASSWORD_MIN);
    if (password.length >= PASSWORD_MIN) accept.mutate();
  };
  const [wrongName, wrongPassword] = [fieldError(accept.error, "/name"), fieldError(accept.error, "/password")];
  return (
    <Frame title={t.inviteTitle(invitation.tenant_name)} hint={t.inviteHint(invitation.email, invitation.role_name)}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {accept.error && !wrongName && !wrongPassword && <ErrorNote error={accept.error} />}
        <input type="hidden" autoComplete="username" value={invitation.email} />
        <Field label={t.yourName} hint={t.yourNameHint} error={wrongName}>
          <Input
            autoComplete="name"
            required
            autoFocus
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label={t.password} hint={t.passwordHint} error={short ? t.passwordShort : wrongPassword}>
          <PasswordInput kind="new-password" value={password} onChange={setPassword} />
        </Field>
        <Button type="submit" variant="primary" busy={accept.isPending}>
          {t.join}
        </Button>
      </form>
    </Frame>
  );
}
