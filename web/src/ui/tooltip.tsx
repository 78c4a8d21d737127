/**
 * More about something on hover or focus. Never the only place of something important: fingers do not hover.
 *
 * Small on purpose: it is on every button of the first page, and a library for it would weigh more than that page.
 */

import {
  cloneElement,
  type FocusEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { createPortal } from "react-dom";
import { Kbd } from "./kbd";

type Side = "top" | "right" | "bottom";

interface TriggerProps {
  "aria-describedby"?: string;
  onPointerEnter?: (event: PointerEvent<HTMLElement>) => void;
  onPointerLeave?: (event: PointerEvent<HTMLElement>) => void;
  onPointerDown?: (event: PointerEvent<HTMLElement>) => void;
  onFocus?: (event: FocusEvent<HTMLElement>) => void;
  onBlur?: (event: FocusEvent<HTMLElement>) => void;
}

interface TooltipProps {
  content: ReactNode;
  shortcut?: string;
  side?: Side;
  children: ReactElement<TriggerProps>;
}

const DELAY_MS = 400;

export function Tooltip({ content, shortcut, side = "bottom", children }: TooltipProps) {
  const id = useId();
  const [at, setAt] = useState<DOMRect>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const hide = () => {
    clearTimeout(timer.current);
    setAt(undefined);
  };
  const show = (element: HTMLElement, delay: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => element.isConnected && setAt(element.getBoundingClientRect()), delay);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const own = children.props;
  const trigger = cloneElement(children, {
    "aria-describedby": at ? id : own["aria-describedby"],
    onPointerEnter: (event) => {
      own.onPointerEnter?.(event);
      if (event.pointerType === "mouse") show(event.currentTarget, DELAY_MS);
    },
    onPointerLeave: (event) => {
      own.onPointerLeave?.(event);
      hide();
    },
    onPointerDown: (event) => {
      own.onPointerDown?.(event);
      hide();
    },
    onFocus: (event) => {
      own.onFocus?.(event);
      if (event.currentTarget.matches(":focus-visible")) show(event.currentTarget, 0);
    },
    onBlur: (event) => {
      own.onBlur?.(event);
      hide();
    },
  });
  return (
    <>
      {trigger}
      {at && (
        <Bubble id={id} at={at} side={side} onHide={hide}>
          {content}
          {shortcut && <Kbd keys={shortcut} />}
        </Bubble>
      )}
    </>
  );
}

interface BubbleProps {
  id: string;
  at: DOMRect;
  side: Side;
  onHide: () => void;
  children: ReactNode;
}

const GAP = 6;
const MARGIN = 8;

function Bubble({ id, at, side, onHide, children }: BubbleProps) {
  const bubble = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = bubble.current;
    if (!element) return;
    const { width, height } = element.getBoundingClientRect();
    const [left, top] = place(at, side, width, height);
    element.style.left = `${left}px`;
    element.style.top = `${top}px`;
  }, [at, side]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => event.key === "Escape" && onHide();
    document.addEventListener("keydown", onKeyDown);
    window.addEventListener("scroll", onHide, true);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
      window.removeEventListener("scroll", onHide, true);
    };
  });
  return createPortal(
    <div
      ref={bubble}
      id={id}
      role="tooltip"
      className="pointer-events-none fixed z-60 flex max-w-72 items-center gap-2 rounded-md border border-line bg-raised px-2 py-1 text-xs text-ink shadow-lift"
    >
      {children}
    </div>,
    document.body,
  );
}

/** Beside the thing, and inside the window. */
function place(at: DOMRect, side: Side, width: number, height: number): [left: number, top: number] {
  const within = (value: number, size: number, room: number) => Math.max(MARGIN, Math.min(value, room - size - MARGIN));
  const middle = within(at.left + at.width / 2 - width / 2, width, window.innerWidth);
  if (side === "right") {
    return [at.right + GAP, within(at.top + at.height / 2 - height / 2, height, window.innerHeight)];
  }
  const below = at.bottom + GAP;
  const above = at.top - GAP - height;
  const fits = below + height + MARGIN <= window.innerHeight;
  return [middle, (side === "top" && above > MARGIN) || !fits ? above : below];
}
