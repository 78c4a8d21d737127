/** Toasts lie over everything: clicking one is not clicking beside what is open, which stays. */
export function exceptToasts(event: Event): void {
  if (event.target instanceof Element && event.target.closest("[data-part=toasts]")) event.preventDefault();
}
