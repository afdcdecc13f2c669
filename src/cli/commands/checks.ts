import type { AddCommand } from './command.ts';

export const addChecks: AddCommand = (root, run) => {
  const checks = root.command('checks').description('the catalogue of checks');
  checks
    .command('list')
    .description('every check in a line')
    .option('-o, --output <format>', 'table or json', 'table')
    .action((flags: { readonly output: string }) =>
      run(import('../checks.ts').then(({ listChecks }) => listChecks(flags))),
    );
  checks
    .command('explain')
    .description('what a check finds, why it matters and how to fix it')
    .argument('<check>', 'id or name')
    .action((word: string) => run(import('../checks.ts').then(({ explainCheck }) => explainCheck(word))));
};
