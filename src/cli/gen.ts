import type { Command } from 'commander';
import { generate } from './gen/gen.ts';
import { EXIT } from './exit.ts';
import { print } from './output/terminal.ts';

/** `kubeposture gen`, at the root of the repository. Answers the exit status: 1 where `--check` finds a difference. */
export async function gen({ check = false }: { readonly check?: boolean }, program: Command): Promise<number> {
  const paths = await generate('.', program, { check });
  const verb = check ? 'differs from what npm run gen writes' : 'written';
  await print(paths.map((path) => `${path}: ${verb}\n`).join(''));
  return check && paths.length > 0 ? EXIT.findings : EXIT.done;
}
