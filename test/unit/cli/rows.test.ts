import { expect } from 'chai';
import { rowsText } from '#cli/output/rows.ts';
import { widthOf } from '#report/formats/columns.ts';

const LONG = 'a-role-whose-name-tells-a-story-'.repeat(8);
const HEAD = ['SUBJECT', 'BINDING', 'ROLE', 'RULE'];

describe('[unit] rows', () => {
  const cases: readonly (readonly [name: string, row: readonly string[]])[] = [
    ['long names', [`User:${LONG}`, `ClusterRoleBinding ${LONG}`, `ClusterRole ${LONG}`, 'rules[0]']],
    [
      'letters of double width',
      [`Group:${'組織の管理者'.repeat(20)}`, 'RoleBinding shop/x', 'Role shop/x', 'rules[0]'],
    ],
    [
      'lists of names',
      ['ns:shop', 'read Secrets', Array.from({ length: 30 }, (_, at) => `secret-${String(at)}`).join(', '), ''],
    ],
    ['names that would move the cursor', ['User:\u001b[31mred\nFAKE  row', 'x\u202egnp.exe', '\u0007', 'rules[0]']],
  ];
  for (const [name, row] of cases) {
    it(`${name}: nothing is wider than asked for, and nothing is lost`, () => {
      const text = rowsText(HEAD, [row], 80);
      const lines = text.trimEnd().split('\n');
      expect(lines.filter((line) => widthOf(line) > 80)).to.deep.equal([]);
      expect(text.replaceAll('\n', '')).not.to.match(/[\p{Cc}\u202a-\u202e]/u);
      const letters = (from: string): string =>
        from
          .replaceAll(/[^\p{L}\p{N}]/gu, '')
          .split('')
          .sort()
          .join('');
      expect(letters(text)).to.equal(letters([...HEAD, ...row].join('')));
    });
  }
});
