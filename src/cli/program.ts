import { Command, CommanderError } from 'commander';
import { SettingsError } from '#settings/types.ts';
import { addAsk } from './commands/ask.ts';
import { addChecks } from './commands/checks.ts';
import { optionText, type AddCommand, type Run } from './commands/command.ts';
import { addDemo } from './commands/demo.ts';
import { addDeveloper } from './commands/developer.ts';
import { addExposed, addReach } from './commands/network.ts';
import { addOperator } from './commands/operator.ts';
import { addRbac } from './commands/rbac.ts';
import { addScan } from './commands/scan.ts';
import { EXIT, InputFailure, UsageError } from './exit.ts';
import { complain, surviveClosedPipes } from './output/terminal.ts';
import { version } from './package.ts';

/** The commands, in the order of the help and of docs/cli.md. */
const COMMANDS: readonly AddCommand[] = [
  addScan,
  addAsk,
  addRbac,
  addReach,
  addExposed,
  addChecks,
  addOperator,
  addDemo,
  addDeveloper,
];

/** The whole command line. */
function program(run: Run): Command {
  const root = new Command('kubeposture')
    .description('Kubernetes posture: what an attacker would like about your objects, live or in files')
    .version(version(), '--version')
    .exitOverride()
    .configureHelp({ optionDescription: optionText })
    .configureOutput({
      outputError: (text, write) => {
        write(text.replace(/^error: /, 'kubeposture: '));
      },
    });
  for (const add of COMMANDS) add(root, run);
  return root;
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
