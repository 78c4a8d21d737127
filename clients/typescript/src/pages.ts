/** Lists, which come page by page: the cursor of each page leads to the next. */

/** One page of a list. */
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

/**
 * Every entry of a list; a page is only fetched when the entries before it have been used.
 *
 * @param page Fetches the page at a cursor, the first one without.
 */
export async function* items<T>(page: (cursor?: string) => Promise<Page<T>>): AsyncGenerator<T, void, undefined> {
  let cursor: string | undefined;
  do {
    const { items, next_cursor } = await page(cursor);
    yield* items;
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
}
