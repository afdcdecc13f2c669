import type { AddCommand } from './command.ts';

export const addDeveloper: AddCommand = (root, run) => {
  root
    .command('gen')
    .description('developers: write the generated files')
    .option('--check', 'only compare; exit 1 where they differ')
    .action((flags: { readonly check?: true }) => run(import('../gen.ts').then(({ gen }) => gen(flags, root))));
  root
    .command('new')
    .description('developers: begin a check')
    .argument('<id>', 'such as KP-POD-031')
    .argument('<name>', 'in kebab-case; the name of its file')
    .action((id: string, name: string) => run(import('../new.ts').then(({ newCheck }) => newCheck(id, name))));
};
