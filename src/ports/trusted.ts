import { fail, ok, type Result } from '../model/problem.ts';
import type { Files, Ownership } from './files.ts';

/**
 * As `Files.readText`, for files that decide what enid does: refused where somebody but root and the user that runs enid
 * can change the file, a link on the way to it, or put another in its place. A sticky directory is no exception: in it
 * everybody can make a file that is not there yet. Errors: `file-untrusted`, and those of `Files.readText`.
 */
export async function readTrustedText(
  files: Pick<Files, 'readText' | 'owners'>,
  path: string,
): Promise<Result<string | null>> {
  const text = await files.readText(path);
  if (!text.ok || text.value === null) return text;
  const owners = await files.owners(path);
  if (!owners.ok) return owners;
  for (const owner of owners.value ?? []) {
    const why = whoElseWrites(owner);
    if (why === null) continue;
    const { mode, uid, gid } = owner;
    const bits = `mode ${mode.toString(8).padStart(4, '0')}, owner ${uid}:${gid}`;
    return fail(
      'file-untrusted',
      owner.path,
      `${why} (${bits}), so ${path} is not trusted`,
      adviceFor(owner),
    );
  }
  return ok(text.value);
}

/** A group is no risk where it is that of the owner: root's, or the one that the user who runs enid has. */
function whoElseWrites({ mode, uid, gid, runner }: Ownership): string | null {
  if (uid !== 0 && uid !== runner.uid) return 'another user owns it';
  if ((mode & 0o002) !== 0) return 'everybody can write it';
  const own = gid === 0 || (uid === runner.uid && gid === runner.gid);
  return (mode & 0o020) !== 0 && !own ? 'a group can write it' : null;
}

function adviceFor({ path, uid, runner }: Ownership): string {
  const owner = uid === 0 || uid === runner.uid ? '' : `chown ${runner.uid}:${runner.gid} ${path} && `;
  return `if its content is right: ${owner}chmod go-w ${path}`;
}
