import { ok, type Result } from '../../model/problem.ts';
import { exitCodes } from '../../report/exit-code.ts';
import { readLinkMacs } from '../../transaction/misplaced.ts';
import { type Recovered, type Recovery, recover } from '../../transaction/recover.ts';
import type { CommandOutput, Context } from '../command.ts';
import { untilNamed } from '../until-named.ts';

/** There when files changed at this boot before the network: netplan's generator has to read them again. */
const recoveredPath = '/run/enid/recovered';

/** There when NICs lost settings that were another one's: what others configure for them has to be set again. */
const renamedPath = '/run/enid/renamed';

/** `enid recover`: files only, before the network starts. */
export async function run({ ports, json, root }: Context): Promise<Result<CommandOutput>> {
  if (root === '/') await untilNamed(ports);
  // The files of an image belong to other NICs than those of the machine it is made on.
  const links = root === '/' ? await readLinkMacs(ports.files) : ok(new Map());
  if (!links.ok) return links;
  const recovered = await recover(ports, process.pid, links.value);
  if (!recovered.ok) return recovered;
  const { transactions, movedAside, rewritten } = recovered.value;
  if (root === '/' && transactions.length + movedAside.length > 0)
    await ports.files.write(recoveredPath, '', { mode: 0o644 });
  if (root === '/' && rewritten.length > 0) await ports.files.write(renamedPath, '', { mode: 0o644 });
  const failed = recovered.value.transactions.some(
    (entry) => entry.kind === 'failed' || (entry.kind === 'undone' && !entry.report.worked),
  );
  const text = json
    ? `${JSON.stringify({ schema: 1, ...recovered.value }, null, 2)}\n`
    : print(recovered.value);
  return ok({ text, exitCode: failed ? exitCodes.failed : exitCodes.done });
}

function print({ transactions, movedAside, rewritten }: Recovery): string {
  const lines = [
    ...transactions.flatMap(describe),
    ...movedAside.map((path) => `moved aside ${path}: the name of its NIC belongs to another one now`),
    ...rewritten.map((path) => `rewrote ${path}: its NICs have other names now`),
  ];
  return lines.length === 0 ? 'nothing to recover\n' : `${lines.join('\n')}\n`;
}

function describe(entry: Recovered): readonly string[] {
  switch (entry.kind) {
    case 'undone': {
      const { done, worked, problems } = entry.report;
      const whole = worked ? 'undone' : 'undone, but not whole';
      return [
        `${entry.id}: ${whole}`,
        ...done.map((line) => `  ${line}`),
        ...problems.map(({ message, place }) => `  ${place}: ${message}`),
      ];
    }
    case 'finished':
      return [`${entry.id}: finished`];
    case 'dropped':
      return [`${entry.id}: dropped, nothing had been touched`];
    case 'set-aside':
      return [`${entry.id}: set aside as ${entry.where}: ${entry.problem.message}`];
    case 'failed':
      return [`${entry.id}: ${entry.problem.place}: ${entry.problem.message}`];
  }
}
