/** The frame of every page behind the sign-in: rail at the left, or a bar at the bottom of a narrow screen. */

import { Outlet, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useState } from "react";
import { useMay } from "@/api";
import { useLive } from "@/inbox/use-live";
import { SkeletonRows, useShortcut } from "@/ui";
import { BottomBar } from "./bottom-bar";
import { LinkBanner } from "./link-indicator";
import { type Place, usePlaces } from "./places";
import { Rail } from "./rail";
import { useShellText } from "./text";

const ShortcutOverlay = lazy(() =>
  import("./shortcut-overlay").then((module) => ({ default: module.ShortcutOverlay })),
);

const Heartbeat = lazy(() => import("@/inbox/presence/heartbeat"));

const PauseBanner = lazy(() => import("@/operations/pause-banner"));

export function Layout() {
  const t = useShellText();
  const may = useMay();
  const places = usePlaces();
  useLive();
  const [overlay, setOverlay] = useState(false);
  const showShortcuts = useCallback(() => setOverlay(true), []);
  useShortcut("?", t.shortcuts, showShortcuts, { group: t.generalGroup });
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2"
      >
        {t.skipToContent}
      </a>
      <LinkBanner />
      <Rail places={places} onShortcuts={showShortcuts} />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <Suspense>{may("operate_queue") && <PauseBanner />}</Suspense>
        <main id="content" tabIndex={-1} className="min-h-0 flex-1 focus:outline-none">
          <Suspense fallback={<SkeletonRows />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <BottomBar places={places} onShortcuts={showShortcuts} />
      {places.map((place) => (
        <GoTo key={place.to} place={place} />
      ))}
      <Suspense>
        <Heartbeat />
      </Suspense>
      <Suspense>{overlay && <ShortcutOverlay open onOpenChange={setOverlay} />}</Suspense>
    </div>
  );
}

/** `g i`, `g r`, … */
function GoTo({ place }: { place: Place }) {
  const t = useShellText();
  const router = useRouter();
  useShortcut(`g ${place.key}`, t.goTo(place.label), () => void router.navigate({ to: place.to }), {
    group: t.generalGroup,
  });
  return null;
}
