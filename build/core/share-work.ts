/** Work that is under way in this process, by what it makes. */
const underWay = new Map<string, Promise<unknown>>();

/**
 * Does work, unless the same is being done already: then who asks gets that one's result, or its error. Of what is
 * done nothing is remembered.
 */
export function shareWork<T>(what: string, work: () => Promise<T>): Promise<T> {
  const known = underWay.get(what) as Promise<T> | undefined;
  if (known !== undefined) return known;
  const fresh = work().finally(() => underWay.delete(what));
  underWay.set(what, fresh);
  return fresh;
}

/** The last work in each queue. */
const queues = new Map<string, Promise<unknown>>();

/** Does work once all is done that was to be done before it in the same queue, whatever became of that. */
export function inTurn<T>(queue: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(queue) ?? Promise.resolve();
  const own = before.then(work, work);
  queues.set(queue, own);
  return own;
}
