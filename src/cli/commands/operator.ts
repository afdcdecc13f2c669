import type { OperatorFlags } from '../operator.ts';
import { CLUSTER_OPTIONS, type AddCommand } from './command.ts';

export const addOperator: AddCommand = (root, run) => {
  const operator = root
    .command('operator')
    .description('run the controller, in the cluster or outside with a kubeconfig')
    .option('--listen <host:port>', 'metrics and health; port 0 picks one (default 0.0.0.0:8080)')
    .option('--leader-elect <true|false>', 'hold a Lease while writing reports (default true)')
    .option('--log-format <format>', 'json or text (default json)')
    .option('--log-level <level>', 'debug, info, warn or error (default info)')
    .action((flags: OperatorFlags) => run(import('../operator.ts').then(({ operator: start }) => start(flags))));
  for (const option of CLUSTER_OPTIONS) operator.addOption(option);
};
