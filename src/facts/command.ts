/** What the command lines of containers run. Not a shell: nothing is expanded. */

/** Programs that start another one: passed over with their options. */
const WRAPPERS = new Set(['go-runner', 'kube-log-runner', 'tini', 'dumb-init']);
const SHELLS = new Set(['sh', 'bash', 'ash', 'dash']);

/** The last segment of a program's path. */
export function baseName(word: string): string {
  return word.split('/').at(-1) ?? '';
}

/** The commands that a command line runs, each with its program first: wrappers are passed over, the scripts of shells are taken apart. */
export function commandsOf(words: readonly string[]): readonly (readonly string[])[] {
  let at = 0;
  while (at < words.length && WRAPPERS.has(baseName(words[at] ?? ''))) at = afterOptions(words, at + 1);
  if (!SHELLS.has(baseName(words[at] ?? ''))) return [words.slice(at)];
  // Other options may have values of their own: `bash -o pipefail -c '…'`.
  const option = words.findIndex((word, index) => index > at && /^-[a-z]*c[a-z]*$/i.test(word));
  const script = option < 0 ? undefined : words.slice(option + 1).find((word) => !word.startsWith('-'));
  return script === undefined ? [] : commandsOfScript(script);
}

function afterOptions(words: readonly string[], from: number): number {
  let at = from;
  while (words[at]?.startsWith('-') === true) {
    at += 1;
    if (words[at - 1] === '--') break;
  }
  return at;
}

/** Variable assignments and `exec` stand before the program. */
function commandsOfScript(script: string): readonly (readonly string[])[] {
  return shellCommands(script).flatMap((words) => {
    const first = words.findIndex((word) => word !== 'exec' && word !== '--' && !/^[A-Za-z_]\w*=/.test(word));
    return first < 0 ? [] : commandsOf(words.slice(first));
  });
}

/** An operator between commands, or a word with its quoted parts; a stream sent to another, as `2>&1`, is part of a word. */
const SHELL_TOKEN = /&&|\|\||[\n;|&]|(?:[<>]&|[^\s"'\\;|&]|\\.|"(?:[^"\\]|\\[^])*"|'[^']*')+/g;

/** The commands of a shell string, each as its words. */
function shellCommands(script: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const token of script.replace(/\\\r?\n/g, ' ').match(SHELL_TOKEN) ?? []) {
    if (/^[\n;|&]/.test(token)) commands.push([]);
    else commands.at(-1)?.push(unquoted(token));
  }
  return commands;
}

function unquoted(word: string): string {
  return word.replace(
    /\\(.)|"((?:[^"\\]|\\[^])*)"|'([^']*)'/g,
    (_, escaped?: string, double?: string, single?: string) => escaped ?? double ?? single ?? '',
  );
}
