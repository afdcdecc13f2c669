import { Command, CommanderError } from 'commander';
import { SettingsError } from '#settings/types.ts';
import { EXIT, InputFailure, UsageError } from './exit.ts';
import { complain, surviveClosedPipes } from './output/terminal.ts';
import type { AskFlags } from './ask/command.ts';
import type { DemoFlags } from './demo/command.ts';
import type { OperatorFlags } from './operator.ts';
import type { ScanFlags } from './scan/plan.ts';
import { version } from './version.ts';

type Run = (status: Promise<number>) => Promise<void>;

const collect = (value: string, list: readonly string[]): readonly string[] => [...list, value];

/** The whole command line. What a command needs is imported when it runs: `--version` does not wait for the checks. */
function program(run: Run): Command {
  const root = new Command('kubeposture')
    .description('Kubernetes posture: what an attacker would like about your objects, live or in files')
    .version(version(), '--version')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        write(text.replace(/^error: /, 'kubeposture: '));
      },
    });
  addScan(root, run);
  addChecks(root, run);
  addAsk(root, run);
  addOperator(root, run);
  addDemo(root, run);
  addDeveloper(root, run);
  return root;
}

function addScan(root: Command, run: Run): void {
  root
    .command('scan')
    .description('judge manifests, or without a path the cluster of the current kube context')
    .argument('[path...]', 'files, folders, or - for stdin')
    .option('-o, --output <format>', 'table or json', 'table')
    .option('--fail-on <severity>', 'exit 1 if there is a finding of this severity or a worse one')
    .option('--batch', 'read one JSON line {"id","objects":[…]} a case on stdin, answer one line each')
    .option('--check <id>', 'only this check, by id or name; may be repeated', collect, [])
    .option('-n, --namespace <name>', 'report on this namespace only')
    .option('--kubernetes-version <version>', 'judge for this version, such as 1.34')
    .option('--config <file>', 'configuration file')
    .option('--kubeconfig <file>', 'how to reach the cluster')
    .option('--context <name>', 'context of the kubeconfig')
    .addHelpText(
      'after',
      '\nExit status: 0 done, 1 findings (--fail-on), 2 wrong use, 3 input could not be read or the cluster not reached',
    )
    .action((paths: readonly string[], flags: ScanFlags) =>
      run(import('./scan/command.ts').then(({ scan }) => scan(paths, flags))),
    );
}

function addChecks(root: Command, run: Run): void {
  const checks = root.command('checks').description('the catalogue of checks');
  checks
    .command('list')
    .description('every check in a line')
    .option('-o, --output <format>', 'table or json', 'table')
    .action((flags: { readonly output: string }) =>
      run(import('./checks.ts').then(({ listChecks }) => listChecks(flags))),
    );
  checks
    .command('explain')
    .description('what a check finds, why it matters and how to fix it')
    .argument('<check>', 'id or name')
    .action((word: string) => run(import('./checks.ts').then(({ explainCheck }) => explainCheck(word))));
}

function addAsk(root: Command, run: Run): void {
  root
    .command('ask')
    .description('ask the engines a question, and again after a change: of manifests or of the cluster')
    .argument('[question...]', 'JSON files that hold a question or a list of them, or - for stdin')
    .option('--batch', 'read one JSON line {"id","objects":[…],"steps":[…]} a case on stdin, answer one line each')
    .option('--apply <path>', 'answer once more as if these manifests were applied; may be repeated', collect, [])
    .option('-f, --filename <path>', 'ask about these manifests, not about the cluster; may be repeated', collect, [])
    .option('--kubeconfig <file>', 'how to reach the cluster')
    .option('--context <name>', 'context of the kubeconfig')
    .action((files: readonly string[], flags: AskFlags) =>
      run(import('./ask/command.ts').then(({ ask }) => ask(files, flags))),
    );
}

function addOperator(root: Command, run: Run): void {
  root
    .command('operator')
    .description('run the controller, in the cluster or outside with a kubeconfig')
    .option('--kubeconfig <file>', 'how to reach the cluster')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--config <file>', 'configuration file')
    .option('--listen <host:port>', 'metrics and health; port 0 picks one (default 0.0.0.0:8080)')
    .option('--leader-elect <true|false>', 'hold a Lease while writing reports (default true)')
    .option('--log-format <format>', 'json or text (default json)')
    .option('--log-level <level>', 'debug, info, warn or error (default info)')
    .action((flags: OperatorFlags) => run(import('./operator.ts').then(({ operator }) => operator(flags))));
}

function addDemo(root: Command, run: Run): void {
  root
    .command('demo')
    .description('run an API server of its own with a sample shop in it, and the operator at work on it')
    .option('--port <n>', 'port of the API server on 127.0.0.1 (default: the system chooses)')
    .option('--kubeconfig-out <file>', 'where to write the kubeconfig (default: a temporary folder)')
    .option('--empty', 'without the shop')
    .option('--load <path>', 'these manifests instead of the shop: a folder or a file')
    .option('--once', 'print the reports and end')
    .option('--verbose', 'log what goes on')
    .action((flags: DemoFlags) => run(import('./demo/command.ts').then(({ demo }) => demo(flags))));
}

function addDeveloper(root: Command, run: Run): void {
  root
    .command('gen')
    .description('developers: write the generated files')
    .option('--check', 'only compare; exit 1 where they differ')
    .action((flags: { readonly check?: true }) => run(import('./gen.ts').then(({ gen }) => gen(flags, root))));
  root
    .command('new')
    .description('developers: begin a check')
    .argument('<id>', 'such as KP-POD-031')
    .argument('<name>', 'in kebab-case; the name of its file')
    .action((id: string, name: string) => run(import('./new.ts').then(({ newCheck }) => newCheck(id, name))));
}

/** Runs a command line. Answers the exit status; what goes wrong is said in a line, never in a stack, unless it is a bug. */
export async function main(args: readonly string[]): Promise<number> {
  surviveClosedPipes();
  let status: number = EXIT.done;
  try {
    await program(async (command) => {
      status = await command;
    }).parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    return statusOf(error);
  }
}

function statusOf(error: unknown): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof UsageError || error instanceof SettingsError) {
    complain(`kubeposture: ${error.message}`);
    return EXIT.usage;
  }
  if (error instanceof InputFailure) {
    complain(`kubeposture: ${error.message}`);
    return EXIT.input;
  }
  throw error;
}
