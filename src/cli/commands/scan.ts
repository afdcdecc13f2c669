import type { ScanFlags } from '../scan/plan.ts';
import { CLUSTER_OPTIONS, collect, type AddCommand } from './command.ts';

export const addScan: AddCommand = (root, run) => {
  const command = root
    .command('scan')
    .description('judge manifests, or without a path the cluster of the current kube context')
    .argument('[path...]', 'files, folders, or - for stdin')
    .option('-o, --output <format>', 'table or json', 'table')
    .option('--fail-on <severity>', 'exit 1 if there is a finding of this severity or a worse one')
    .option('--batch', 'read one JSON line {"id","objects":[…]} a case on stdin, answer one line each')
    .option('--check <id>', 'only this check, by id or name; may be repeated', collect, [])
    .option('-n, --namespace <name>', 'report on this namespace only')
    .option('--kubernetes-version <version>', 'judge for this version, such as 1.34')
    .addHelpText(
      'after',
      '\nExit status: 0 done, 1 findings (--fail-on), 2 wrong use, 3 input could not be read or the cluster not reached',
    )
    .action((paths: readonly string[], flags: ScanFlags) =>
      run(import('../scan/command.ts').then(({ scan }) => scan(paths, flags))),
    );
  for (const option of CLUSTER_OPTIONS) command.addOption(option);
};
