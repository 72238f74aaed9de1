import { fail, type Result } from '../../model/problem.ts';
import type { CommandOutput } from '../command.ts';

export function run(): Promise<Result<CommandOutput>> {
  return Promise.resolve(fail('usage', 'enid recover', 'is not built yet'));
}
