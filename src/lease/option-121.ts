import type { ClasslessRoute } from './told.ts';

/**
 * The routes of option 121 in its bytes (RFC 3442): a length from 0 to 32, as many bytes of the destination as that length
 * needs, and four of the gateway, in a row. Null where they do not come out even.
 */
export function routesInBytes(bytes: readonly number[]): readonly ClasslessRoute[] | null {
  const routes: ClasslessRoute[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = bytes[at] ?? 0;
    const needed = Math.ceil(length / 8);
    const end = at + 1 + needed + 4;
    if (length > 32 || end > bytes.length) return null;
    const destination = [...bytes.slice(at + 1, at + 1 + needed), 0, 0, 0, 0].slice(0, 4);
    const gateway = bytes.slice(end - 4, end);
    routes.push({ destination: `${destination.join('.')}/${length}`, gateway: gateway.join('.') });
    at = end;
  }
  return routes;
}
