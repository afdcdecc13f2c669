import type { Argument, Command } from 'commander';
import { ABOUT_FORMATS } from '#report/formats/index.ts';
import { EXIT } from '../exit.ts';
import { HEADER, type GeneratedFile } from './files.ts';
import { markdownTable } from './markdown.ts';
import { optionText } from '../commands/command.ts';

const STATUSES: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done; without `--fail-on` findings do not change the status',
  findings:
    '`scan`: a finding at or above `--fail-on`. `can-i`: no. `gen --check`: a file differs. `operator`: leadership was lost',
  usage: 'wrong use: an unknown command, option, check or setting',
  input: 'input could not be read, or no cluster could be reached; what could be read is still reported',
};

/** docs/cli.md, from the program itself. */
export function cliPage(program: Command): GeneratedFile {
  const sections = [
    `<!-- ${HEADER} -->`,
    '# Command line',
    program.description() + '.',
    'In a clone, `node src/setup.mjs src/main.ts` stands for `kubeposture`; it installs the dependencies on its first run. `npm start -- OPTIONS` is `kubeposture operator OPTIONS`.',
    ...leavesOf(program).map(commandText),
    '## Exit status',
    markdownTable(
      ['Status', 'Meaning'],
      Object.entries(EXIT).map(([name, status]) => [String(status), STATUSES[name as keyof typeof EXIT]]),
    ),
    'Input that could not be read (3) weighs more than findings (1): what was judged is not all.',
    '## Outputs of scan',
    markdownTable(
      ['Format', 'What it is'],
      Object.entries(ABOUT_FORMATS).map(([name, about]) => [`\`${name}\``, about]),
    ),
    ...BATCH,
    '## Configuration file',
    'One YAML file for `--config`, the same for `scan` and `operator`: [configuration.md](configuration.md).',
    ...ENVIRONMENT,
  ];
  return { path: 'docs/cli.md', text: `${sections.join('\n\n')}\n` };
}

const BATCH = [
  '## Batch',
  '`scan --batch` reads one JSON line a case, `{"id", "objects": […], "kubernetesVersion"?}`, and answers one JSON line each, in order: `{"id", …}` with the fields of `--output json`, or `{"id", "error"}`. A line that cannot be used does not end the run.',
  '`ask --batch` reads `{"id", "objects"?, "assume"?, "steps": [{"apply"?, "delete"?, "questions"}]}` and answers `{"id", "steps": [{"answers"}]}`: each step changes the state that the one before left, and its questions are asked then. Without `objects` a case begins as the cluster is. A question is answered `{"id", "answer", "because"?}`, `{"id", "unknown"}` where the answer cannot be known, or `{"id", "error"}`.',
];

const ENVIRONMENT = [
  '## Environment',
  'A flag wins over its variable, a variable over the file, the file over the default: `KUBEPOSTURE_CONFIG`, `KUBEPOSTURE_KUBECONFIG`, `KUBEPOSTURE_CONTEXT`, `KUBEPOSTURE_LISTEN`, `KUBEPOSTURE_LEADER_ELECT`, `KUBEPOSTURE_LOG_FORMAT`, `KUBEPOSTURE_LOG_LEVEL`, and one for [each field of the file](configuration.md#variables). `POD_NAMESPACE` is the namespace of the Lease (`kubeposture` without it), with `POD_NAME` and `POD_UID` it names the pod that Events about the operator are on. `NO_COLOR` turns colours off.',
];

/** The commands that do something, in the order of the program. */
function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

function commandText(command: Command): string {
  const words = [
    ...command.registeredArguments.map(argumentText),
    ...(command.options.length > 0 ? ['[options]'] : []),
  ];
  const rows = [
    ...command.registeredArguments.map((argument) => [`\`${argumentText(argument)}\``, argument.description]),
    ...command.options.map((option) => [`\`${option.flags}\``, optionText(option)]),
  ];
  const sections = [
    `## ${nameOf(command)}`,
    `\`\`\`text\n${[nameOf(command), ...words].join(' ')}\n\`\`\``,
    `${capital(command.description())}.`,
    ...(rows.length === 0 ? [] : [markdownTable(['Argument or option', 'What it does'], rows)]),
  ];
  return sections.join('\n\n');
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function capital(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
}
