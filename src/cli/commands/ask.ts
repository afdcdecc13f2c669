import type { AskFlags } from '../ask/command.ts';
import { CLUSTER_OPTIONS, collect, type AddCommand } from './command.ts';

export const addAsk: AddCommand = (root, run) => {
  const command = root
    .command('ask')
    .description('ask the engines a question, and again after a change: of manifests or of the cluster')
    .argument('[question...]', 'JSON files that hold a question or a list of them, or - for stdin')
    .option('--batch', 'read one JSON line {"id","objects":[…],"steps":[…]} a case on stdin, answer one line each')
    .option('--apply <path>', 'answer once more as if these manifests were applied; may be repeated', collect, [])
    .option('-f, --filename <path>', 'ask about these manifests, not about the cluster; may be repeated', collect, [])
    .action((files: readonly string[], flags: AskFlags) =>
      run(import('../ask/command.ts').then(({ ask }) => ask(files, flags))),
    );
  for (const option of CLUSTER_OPTIONS) command.addOption(option);
};
