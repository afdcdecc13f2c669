import type { ExposedFlags } from '../network/exposed.ts';
import type { ReachFlags } from '../network/reach.ts';
import { CLUSTER_OPTIONS, collect, type AddCommand } from './command.ts';

const OUTPUTS = 'table, json, mermaid or dot';

export const addReach: AddCommand = (root, run) => {
  const command = root
    .command('reach')
    .description('whom a workload, pod, node or address may connect to by the policies, and why')
    .argument('<from>', 'namespace/Kind/name, namespace/pod, an address, node/NAME, or internet')
    .argument('[to]', 'the same; without it every workload and the internet')
    .option('--port <port>', 'only this port: 443, tcp/443 or udp/53')
    .option('-o, --output <format>', OUTPUTS, 'table')
    .option('-f, --filename <path>', 'ask about these manifests, not about the cluster; may be repeated', collect, [])
    .action((from: string, to: string | undefined, flags: ReachFlags) =>
      run(import('../network/reach.ts').then(({ reach }) => reach(from, to, flags))),
    );
  for (const option of CLUSTER_OPTIONS) command.addOption(option);
};

export const addExposed: AddCommand = (root, run) => {
  const command = root
    .command('exposed')
    .description('which workloads can be reached from outside the cluster, and through what')
    .option('-o, --output <format>', OUTPUTS, 'table')
    .option('-f, --filename <path>', 'ask about these manifests, not about the cluster; may be repeated', collect, [])
    .action((flags: ExposedFlags) => run(import('../network/exposed.ts').then(({ exposed }) => exposed(flags))));
  for (const option of CLUSTER_OPTIONS) command.addOption(option);
};
