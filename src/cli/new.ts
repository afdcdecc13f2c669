import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CHECKS } from '#checks/index.ts';
import { AREAS, areaOf, type CheckId } from '#model/check.ts';
import { EXIT, UsageError } from './exit.ts';
import { print } from './output/terminal.ts';

const ID = new RegExp(`^KP-(${AREAS.join('|')})-\\d{3}$`);
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)+$/;

/** `kubeposture new`, at the root of the repository: a check that compiles and whose examples hold, to be changed into the wanted one. */
export async function newCheck(id: string, name: string): Promise<number> {
  if (!isId(id)) throw new UsageError(`"${id}" is no id: KP-AREA-NNN, with AREA one of ${AREAS.join(', ')}`);
  if (!NAME.test(name)) throw new UsageError(`"${name}" is no name: at least two words in kebab-case`);
  const taken = CHECKS.find((check) => check.id === id || check.name === name);
  if (taken !== undefined) throw new UsageError(`${taken.id} ${taken.name} is there already`);
  const file = `src/checks/${areaOf(id).toLowerCase()}/${name}.ts`;
  if (!existsSync('src/checks/samples.ts')) throw new UsageError('run it at the root of the repository');
  if (existsSync(file)) throw new UsageError(`${file} is there already`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, templateOf(id, name));
  await print(
    [
      `${file}: written`,
      '1. say what it finds: title, severity, why, fix, refs',
      '2. write evaluate; what it needs from other objects is a relation in src/relations, given as inputs',
      '3. one bad and one good example at least, each with one thing changed',
      `4. npm run gen && npm test -- --grep ${name}`,
      '',
    ].join('\n'),
  );
  return EXIT.done;
}

function isId(text: string): text is CheckId {
  return ID.test(text);
}

function templateOf(id: CheckId, name: string): string {
  const words = name.replaceAll('-', ' ');
  const exported = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const label = `example.com/${name}`;
  return `import { defineCheck } from '#model/check.ts';
import { aPod } from '../samples.ts';

const LABEL = '${label}';

export const ${exported} = defineCheck({
  id: '${id}',
  name: '${name}',
  title: 'Pod has ${words}',
  severity: 'medium',
  why: 'What an attacker gains from it, in a sentence.',
  fix: 'What to change in the manifest, in a sentence.',
  refs: [],
  subject: 'Pod',

  *evaluate({ metadata }) {
    if (metadata.labels[LABEL] === 'true') yield { at: 'metadata.labels', message: \`the label \${LABEL} is set\` };
  },

  examples: () => ({
    bad: [
      {
        name: 'the label is set',
        subject: aPod({ metadata: { labels: { app: 'web', [LABEL]: 'true' } } }),
        finds: [{ at: 'metadata.labels' }],
      },
    ],
    good: [{ name: 'no such label', subject: aPod() }],
  }),
});
`;
}
