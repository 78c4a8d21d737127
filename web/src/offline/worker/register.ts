/** The page and its files are fetched once more for the device when everything else is done. */
const AFTER_MS = 5_000;

/** Has the browser keep the console itself, to open it without a network. In development there is nothing to keep. */
export function keepConsole(): void {
  const address = document.querySelector<HTMLMetaElement>('meta[name="service-worker"]')?.content;
  if (!address || !("serviceWorker" in navigator)) return;
  setTimeout(() => {
    if (navigator.onLine) register(address);
    else window.addEventListener("online", () => register(address), { once: true });
  }, AFTER_MS);
}

/** A browser that refuses, as in a private window: everything works, only not without a connection. */
function register(address: string): void {
  void navigator.serviceWorker.register(address).catch(() => undefined);
}
