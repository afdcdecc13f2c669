import type { DemoFlags } from '../demo/command.ts';
import type { AddCommand } from './command.ts';

export const addDemo: AddCommand = (root, run) => {
  root
    .command('demo')
    .description('run an API server of its own with a sample shop in it, and the operator at work on it')
    .option('--port <n>', 'port of the API server on 127.0.0.1 (default: the system chooses)')
    .option('--kubeconfig-out <file>', 'where to write the kubeconfig (default: a temporary folder)')
    .option('--empty', 'without the shop')
    .option('--load <path>', 'these manifests instead of the shop: a folder or a file')
    .option('--once', 'print the reports and end')
    .option('--verbose', 'log what goes on')
    .action((flags: DemoFlags) => run(import('../demo/command.ts').then(({ demo }) => demo(flags))));
};
