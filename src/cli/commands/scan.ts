import { FRAMEWORKS } from '#model/frameworks.ts';
import type { ScanFlags } from '../scan/plan.ts';
import { CLUSTER_OPTIONS, collect, type AddCommand } from './command.ts';

const OUTPUTS = 'table, wide, json, yaml, jsonl, sarif, junit or markdown';

export const addScan: AddCommand = (root, run) => {
  const command = root
    .command('scan')
    .description('judge manifests, or without a path the cluster of the current kube context')
    .argument('[path...]', 'files, folders, or - for stdin')
    .option('-o, --output <format>', OUTPUTS, 'table')
    .option('--fail-on <severity>', 'exit 1 if there is a finding of this severity or a worse one')
    .option('--batch', 'read one JSON line {"id","objects":[…]} a case on stdin, answer one line each')
    .option('--check <id>', 'only this check, by id or name, or only id/aspect; may be repeated', collect, [])
    .option('--framework <id>', `only the checks of ${FRAMEWORKS.map(({ id }) => id).join(', ')}`)
    .option('--baseline <file>', 'an earlier --output json: what it knows does not fail and is not listed for people')
    .option(
      '--exceptions <file>',
      'also honour the SecurityExceptions in this file or folder; may be repeated',
      collect,
      [],
    )
    .option(
      '--exclude <pattern>',
      'leave out such files and folders of a folder, as charts or *.tpl.yaml; may be repeated',
      collect,
      [],
    )
    .option('-n, --namespace <name>', 'report on this namespace only')
    .option(
      '--kubernetes-version <version>',
      'judge by the rules of this version, such as 1.34 (default: the server, for files the newest known)',
    )
    .addHelpText(
      'after',
      '\nExit status: 0 done, 1 findings (--fail-on), 2 wrong use, 3 input could not be read or the cluster not reached',
    )
    .action((paths: readonly string[], flags: ScanFlags) =>
      run(import('../scan/command.ts').then(({ scan }) => scan(paths, flags))),
    );
  for (const option of CLUSTER_OPTIONS) command.addOption(option);
};
