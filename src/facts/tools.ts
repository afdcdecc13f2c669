import type { Tool } from '#model/pod.ts';
import { baseName, commandsOf } from './command.ts';

const SSH_SERVERS = new Set(['sshd', 'dropbear']);

/** The tools of an administrator in a container's command line: an SSH server that it starts, `sudo` anywhere in it. */
export function toolsOf(words: readonly string[]): readonly Tool[] {
  const commands = commandsOf(words);
  const hasSsh = commands.some(([program = '']) => SSH_SERVERS.has(baseName(program)));
  const hasSudo = [...words, ...commands.flat()].some((word) => word === 'sudo' || word.endsWith('/sudo'));
  return [...(hasSsh ? ['ssh' as const] : []), ...(hasSudo ? ['sudo' as const] : [])];
}
