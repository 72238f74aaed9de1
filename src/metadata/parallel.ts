import { ok, type Result } from '../model/problem.ts';

/**
 * Does `work` for every item, at most `limit` at a time, results in the order of the items. The first problem
 * ends it: nothing new is begun, what is under way is waited for.
 */
export async function inParallel<Item, T>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result<T>>,
): Promise<Result<readonly T[]>> {
  const results = new Map<number, T>();
  let failed: Result<never> | null = null;
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failed !== null) return;
      const result = await work(item);
      if (result.ok) results.set(index, result.value);
      else failed ??= result;
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return failed ?? ok([...results].sort(([one], [other]) => one - other).map(([, value]) => value));
}
