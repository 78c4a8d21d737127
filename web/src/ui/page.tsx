/** A page beside the inbox: its heading, what one can do on it, its tabs, and what scrolls below. */

import { type ReactNode, useEffect } from "react";
import { cx } from "./cx";

interface PageProps {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  /** Before the title, such as a link back. */
  back?: ReactNode;
  /** Between heading and content: tabs, filters. */
  bar?: ReactNode;
  width?: "narrow" | "wide";
  children: ReactNode;
}

export function Page({ title, description, actions, back, bar, width = "wide", children }: PageProps) {
  useTitle(title);
  return (
    <div className="flex h-full min-w-0 flex-col">
      <header className="flex flex-wrap items-start gap-x-4 gap-y-2 border-b border-line px-4 py-3 md:px-6">
        {back}
        <div className="min-w-0 flex-[1_1_14rem]">
          <h1 className="truncate text-lg font-semibold">{title}</h1>
          {description && <p className="text-sm text-muted">{description}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {bar}
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className={cx("px-4 py-4 md:px-6", width === "narrow" && "max-w-3xl")}>{children}</div>
      </div>
    </div>
  );
}

/** A part of a page with its own heading. */
export function Section({
  title,
  description,
  actions,
  children,
}: {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="mb-8 flex flex-col gap-3">
      <header className="flex flex-wrap items-start gap-2">
        <div className="min-w-0 flex-[1_1_14rem]">
          <h2 className="text-base font-semibold">{title}</h2>
          {description && <p className="text-sm text-muted">{description}</p>}
        </div>
        {actions}
      </header>
      {children}
    </section>
  );
}

/** Something with a border around it. */
export function Card({ className, children }: { className?: string; children: ReactNode }) {
  return <div className={cx("rounded-lg border border-line bg-surface", className)}>{children}</div>;
}

/** The title of the browser's tab, while a page is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Signalbox`;
  }, [title]);
}
