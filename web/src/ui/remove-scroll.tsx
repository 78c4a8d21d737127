/**
 * Stands for `react-remove-scroll` inside Radix (see `vite.config.ts`). The original writes a `<style>` into the page,
 * which the content security policy refuses. There is nothing to lock here: the page itself never scrolls, only parts of
 * it do, and those lie under the dialog's backdrop.
 */

import type { ElementType, ReactNode } from "react";

interface RemoveScrollProps {
  as?: ElementType;
  children?: ReactNode;
  // What only the original understands.
  allowPinchZoom?: boolean;
  shards?: unknown;
}

export function RemoveScroll({ as: As = "div", allowPinchZoom: _pinch, shards: _shards, ...rest }: RemoveScrollProps) {
  return <As {...rest} />;
}
