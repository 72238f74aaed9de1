import { fail, ok, type Result } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';

/** Where an administrator's own templates stand: the same relative names as in `templates/`. */
export const overrideDirectory = '/etc/enid/templates';

export interface TemplateText {
  readonly text: string;
  /** The file it was read from, named in errors. */
  readonly origin: string;
}

/** Templates by their name below `templates/`, e.g. `netplan/interface.yaml.liquid`. */
export interface TemplateSource {
  /** Errors: `template-missing`, `file-unreadable`, `file-untrusted` (others can write an override). */
  read(name: string): Promise<Result<TemplateText>>;
}

export interface TemplatePlace {
  readonly files: Pick<Files, 'readText'>;
  /** Absolute. */
  readonly directory: string;
}

/**
 * Looks a template up in each place in turn; the first that has it wins. The caller gives the administrator's
 * directory first ({@link overrideDirectory}, below `--root`) and then the directory shipped with the program
 * (never below `--root`). An override that cannot be read is an error, not a reason to take the shipped one.
 */
export function templateSource(places: readonly TemplatePlace[]): TemplateSource {
  return {
    async read(name) {
      for (const { files, directory } of places) {
        const origin = `${directory}/${name}`;
        const text = await files.readText(origin);
        if (!text.ok) return text;
        if (text.value !== null) return ok({ text: text.value, origin });
      }
      const looked = places.map((place) => place.directory).join(' and ');
      return fail(
        'template-missing',
        name,
        `no such template in ${looked}`,
        'install enid again, or add the file',
      );
    },
  };
}
