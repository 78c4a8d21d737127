/** The small page in the middle that one comes in through. */

import type { ReactNode } from "react";
import { useTitle } from "@/ui";

export function Frame({ title, hint, children }: { title: string; hint?: ReactNode; children: ReactNode }) {
  useTitle(title);
  return (
    <main className="flex min-h-dvh items-start justify-center bg-sunken px-4 py-[12vh]">
      <div className="w-full max-w-sm rounded-lg border border-line bg-surface p-6">
        <h1 className="text-lg font-semibold">{title}</h1>
        {hint && <p className="mt-1 text-sm text-muted">{hint}</p>}
        <div className="mt-5 flex flex-col gap-4">{children}</div>
      </div>
    </main>
  );
}
