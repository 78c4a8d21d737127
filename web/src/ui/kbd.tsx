const NAMES: Record<string, string> = {
  mod: /mac/i.test(navigator.platform) ? "⌘" : "Ctrl",
  shift: "⇧",
  enter: "↵",
  escape: "Esc",
  arrowup: "↑",
  arrowdown: "↓",
};

/** Keys to press: `g i` one after another, `mod+k` together. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className="inline-flex gap-0.5">
      {keys.split(/[ +]/).map((key) => (
        <kbd
          key={key}
          className="min-w-5 rounded border border-line bg-sunken px-1 text-center font-sans text-xs text-muted"
        >
          {NAMES[key.toLowerCase()] ?? key}
        </kbd>
      ))}
    </span>
  );
}
