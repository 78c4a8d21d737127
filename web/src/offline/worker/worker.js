/**
 * Keeps the files of the console, so that it opens without a network. The build puts before it: `VERSION`, and `FILES`, the
 * addresses of everything that carries a hash of what is in it.
 *
 * The page itself comes from the network whenever there is one: after an upgrade nobody sees an old one. What the server
 * answers to others than the console is not touched.
 */

const OURS = "console ";
const CACHE = OURS + VERSION;
const PAGE = "/";
const NOT_OURS = /^\/(api|app|ws|hooks|oauth|rate|docs|openapi\.json)(\/|$)/;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin || NOT_OURS.test(pathname)) return;
  if (mode === "navigate") event.respondWith(page(event));
  else if (pathname.startsWith("/assets/")) event.respondWith(file(event.request));
});

/** The page and its files, or nothing: a page is kept with the files that it names. */
async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES);
  const page = await fetch(PAGE, { cache: "no-cache", headers: { Accept: "text/html" } });
  if (!page.ok || !(await page.clone().text()).includes(self.location.pathname)) {
    throw new Error("the server has another version of the console by now");
  }
  await cache.put(PAGE, page);
  await self.skipWaiting();
}

/** A tab that was open before an upgrade still finds its files: the version before stays. */
async function activate() {
  const before = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
  await Promise.all(before.slice(0, -1).map((name) => caches.delete(name)));
  // The page is asked for while this starts.
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

async function page({ request, preloadResponse }) {
  try {
    return (await preloadResponse) ?? (await fetch(request));
  } catch (error) {
    const kept = await (await caches.open(CACHE)).match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

async function file(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}
