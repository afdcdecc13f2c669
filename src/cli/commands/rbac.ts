import type { Command } from 'commander';
import type { CanFlags } from '../rbac/command.ts';
import { CLUSTER_OPTIONS, collect, type AddCommand } from './command.ts';

const WHO = 'alice, User:alice, Group:ops or ServiceAccount:shop/web';

/** What the commands about rights have in common: of what, where, and how it is said. */
function withUsual(command: Command): Command {
  command
    .option('-f, --filename <path>', 'ask about these manifests, not about the cluster; may be repeated', collect, [])
    .option('-o, --output <format>', 'table, json or tree', 'table');
  for (const option of CLUSTER_OPTIONS) command.addOption(option);
  return command;
}

function withRequest(command: Command): Command {
  return withUsual(command)
    .argument('<verb>', 'such as get, create, bind or impersonate')
    .argument('<resource>', 'such as pods/exec, deploy, widgets.example.com or /healthz')
    .argument('[name]', 'of one object')
    .option('-n, --namespace <name>', 'in this namespace, of what has one (default: in the whole cluster)')
    .option('-A, --all-namespaces', 'in the whole cluster: RoleBindings do not count');
}

export const addRbac: AddCommand = (root, run) => {
  withRequest(root.command('who-can').description('who may do something, and which bindings say so')).action(
    (verb: string, resource: string, name: string | undefined, flags: CanFlags) =>
      run(import('../rbac/command.ts').then(({ whoCan }) => whoCan({ verb, resource, ...named(name) }, flags))),
  );
  withRequest(root.command('can-i').description('whether somebody may do something; status 1 is no'))
    .requiredOption('--as <subject>', WHO)
    .option('--as-group <name>', 'a group besides; may be repeated', collect, [])
    .action((verb: string, resource: string, name: string | undefined, flags: CanFlags) =>
      run(import('../rbac/command.ts').then(({ canI }) => canI({ verb, resource, ...named(name) }, flags))),
    );
  withUsual(root.command('access').description('what somebody is granted, what that amounts to and where it leads'))
    .argument('<subject>', WHO)
    .action((subject: string, flags: CanFlags) =>
      run(import('../rbac/command.ts').then(({ access }) => access(subject, flags))),
    );
};

function named(name: string | undefined): { readonly name?: string } {
  return name === undefined ? {} : { name };
}
