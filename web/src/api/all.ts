import { items } from "signalbox-client";

/** A list that is short enough to be read whole, page by page. */
export async function all<T>(page: Parameters<typeof items<T>>[0]): Promise<T[]> {
  const found: T[] = [];
  for await (const one of items(page)) {
    found.push(one);
  }
  return found;
}
