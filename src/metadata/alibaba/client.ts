import { fail, ok, type Result } from '../../model/problem.ts';
import type { HttpResponse } from '../../ports/http.ts';
import type { Budget, FetchContext } from '../provider.ts';
import { ask } from '../request.ts';
import { metadataHardened, metadataProxied, passedAProxy } from './refusal.ts';
import { openTokens } from './token.ts';

/** The metadata service at one address, with the token that it wants. */
export interface Client {
  readonly base: string;
  /**
   * The text behind a path such as `/latest/meta-data/mac`; null: 404. Errors: those of {@link ask};
   * `metadata-token-expired` (a fresh token is not taken either), `metadata-hardened`, `metadata-disabled`,
   * `metadata-proxied`, `metadata-malformed` (another status, HTML, control characters).
   */
  get(path: string, budget: Budget): Promise<Result<string | null>>;
}

export function openClient(context: FetchContext, base: string): Client {
  const tokens = openTokens(context, base);
  const asking = { http: context.http, clock: context.clock, timeout: context.settings.timeout };
  const mayUseToken = context.settings.token !== 'never';

  const once = async (url: string, budget: Budget): Promise<Result<Exchange>> => {
    const headers = await tokens.headers(budget);
    if (!headers.ok) return headers;
    const answer = await ask(asking, { url, headers: headers.value }, budget);
    return answer.ok ? ok({ headers: headers.value, answer: answer.value }) : answer;
  };

  return {
    base,
    async get(path, budget) {
      const url = `${base}${path}`;
      const first = await once(url, budget);
      if (!first.ok) return first;
      if (!mayUseToken || !tokenWasTheMatter(first.value)) return textOf(first.value, url);
      // Expired, or the instance was hardened meanwhile: once more, with a token asked for anew.
      tokens.refused(first.value.headers);
      const second = await once(url, budget);
      return second.ok ? textOf(second.value, url) : second;
    },
  };
}

interface Exchange {
  /** Empty: sent without a token. */
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: HttpResponse;
}

function tokenWasTheMatter({ headers, answer }: Exchange): boolean {
  return answer.status === 401 || (answer.status === 403 && isPlain(headers));
}

function isPlain(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).length === 0;
}

function textOf({ headers, answer }: Exchange, url: string): Result<string | null> {
  if (answer.status === 200) return plainText(answer, url);
  if (answer.status === 404) return ok(null);
  if (answer.status === 401 && !isPlain(headers)) {
    return fail('metadata-token-expired', url, 'the service takes neither the token nor a fresh one (401)');
  }
  if (answer.status === 401 || answer.status === 403) {
    // With a token in the request, the remaining documented reason for a 403 is a proxy's header.
    const isHardened = isPlain(headers) && !passedAProxy(answer);
    return isHardened ? metadataHardened(url) : metadataProxied(url);
  }
  return fail('metadata-malformed', url, `the service answered ${answer.status}, which it never does`);
}

/** Control characters other than line ends and tabs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const binary = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;

function plainText(answer: HttpResponse, url: string): Result<string> {
  const { body } = answer;
  if (/^\s*</.test(body))
    return fail('metadata-malformed', url, 'a page of HTML came back in place of metadata');
  if (binary.test(body)) return fail('metadata-malformed', url, 'the answer holds control characters');
  return ok(body);
}
