import { FRAMEWORKS } from '#model/frameworks.ts';
import type { ListFlags } from '../checks/list.ts';
import type { AddCommand } from './command.ts';

export const addChecks: AddCommand = (root, run) => {
  const checks = root.command('checks').description('the catalogue of checks');
  checks
    .command('list')
    .description('every check in a line, or those that fit every option')
    .argument('[word...]', 'only checks that say all these words in name, title, reason or fix')
    .option('-o, --output <format>', 'table or json', 'table')
    .option('--area <area>', 'only this area, the second part of the id, such as POD')
    .option('--kind <kind>', 'only checks that judge this kind')
    .option('--severity <severity>', 'only this severity or a worse one')
    .option('--framework <id>', `only the checks of ${FRAMEWORKS.map(({ id }) => id).join(', ')}`)
    .action((words: readonly string[], flags: ListFlags) =>
      run(import('../checks/list.ts').then(({ listChecks }) => listChecks(words, flags))),
    );
  checks
    .command('explain')
    .description('what a check finds, why it matters and how to fix it, with examples')
    .argument('<check>', 'id or name')
    .option('--all', 'every example, not only the first that fails and the first that passes')
    .action((word: string, flags: { readonly all?: true }) =>
      run(import('../checks/explain.ts').then(({ explainCheck }) => explainCheck(word, flags))),
    );
};
