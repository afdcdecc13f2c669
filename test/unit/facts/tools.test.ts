import { expect } from 'chai';
import { toolsOf } from '#facts/tools.ts';

const CASES: readonly (readonly [words: readonly string[], tools: readonly string[]])[] = [
  [['/usr/sbin/sshd', '-D'], ['ssh']],
  [['dropbear', '-F'], ['ssh']],
  [['tini', '--', 'sshd'], ['ssh']],
  [['sh', '-c', 'ssh-keygen -A; exec /usr/sbin/sshd -D'], ['ssh']],
  [['sudo', 'nginx'], ['sudo']],
  [['bash', '-c', 'cd /app && /usr/bin/sudo -E ./run'], ['sudo']],
  [['sh', '-c', 'sudo /usr/sbin/sshd'], ['sudo']],
  [['cat', '/etc/ssh/sshd_config'], []],
  [['./sudoku', 'sudoers'], []],
  [['grep', 'sshd', '/etc/passwd'], []],
  [[], []],
];

describe('[unit] tools', () => {
  for (const [words, tools] of CASES)
    it(`${words.join(' ') || 'no command'}: ${tools.join() || 'none'}`, () => {
      expect(toolsOf(words)).to.deep.equal(tools);
    });
});
