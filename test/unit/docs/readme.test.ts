import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { ourCrds } from '#report/schema.ts';

interface Block {
  readonly language: string;
  readonly text: string;
}

const PACKAGE = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

function blocksOf(page: string): readonly Block[] {
  const found = readFileSync(page, 'utf8').matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return Array.from(found, ([, language = '', text = '']) => ({ language, text }));
}

const blocks = ['README.md', 'docs/rights.md'].flatMap(blocksOf);
const commands = blocks.flatMap(({ language, text }) => (language === 'sh' ? text.trimEnd().split('\n') : []));

/** Commands that need nothing but the sources: run here. */
const RUN = /^(?:cat [\w./-]+ \| )?npx kubeposture (?:scan|checks|who-can|can-i|access) /;
/** Commands that need a cluster, a package folder of their own or much time: other suites run what stands behind them. */
const ELSEWHERE = [
  /^npm run build$/,
  /^npm run demo$/,
  /^npm start -- --kubeconfig /,
  /^kubectl /,
  /^KUBEBUILDER_ASSETS=/,
];

function run(command: string): ReturnType<typeof spawnSync> {
  const here = command.replace('npx kubeposture', `'${process.execPath}' src/main.ts`);
  return spawnSync('sh', ['-c', here], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
}

describe('[unit] docs: README', function () {
  this.timeout(30_000);

  it('every command is run here or known to be run elsewhere', () => {
    const strange = commands.filter((command) => !RUN.test(command) && !ELSEWHERE.some((known) => known.test(command)));
    expect(strange).to.deep.equal([]);
  });

  for (const command of commands.filter((each) => RUN.test(each))) {
    it(`runs: ${command}`, () => {
      const { status, stdout, stderr } = run(command);
      expect(status, String(stderr)).to.equal(0);
      expect(stdout).to.not.equal('');
    });
  }

  it('shows what its commands say', () => {
    const shown = blocks.filter(({ language, text }, index) => {
      const before = blocks[index - 1];
      return language === 'text' && before?.language === 'sh' && RUN.test(before.text) && text !== '';
    });
    expect(shown.length).to.be.above(0);
    for (const block of shown) {
      const command = blocks[blocks.indexOf(block) - 1]!.text.trimEnd();
      expect(run(command).stdout, `the output under \`${command}\` is an old one`).to.equal(block.text);
    }
  });

  it('its tables of kubectl have the columns of the CRD', () => {
    const [crd] = ourCrds() as readonly {
      readonly spec: {
        readonly versions: readonly {
          readonly additionalPrinterColumns: readonly { readonly name: string; readonly priority?: number }[];
        }[];
      };
    }[];
    const columns = crd!.spec.versions[0]!.additionalPrinterColumns.filter(({ priority = 0 }) => priority === 0);
    const wanted = ['NAME', ...columns.map(({ name }) => name.toUpperCase())];
    const tables = blocks.filter(({ language, text }) => language === 'text' && text.startsWith('NAME'));
    expect(tables.length).to.equal(2);
    for (const { text } of tables) {
      const head = text.split('\n')[0]!.split(/ +/);
      expect(head.filter((word) => word !== 'NAMESPACE')).to.deep.equal(wanted);
    }
  });

  it('the npm scripts of README and CONTRIBUTING are there', () => {
    const lines = ['README.md', 'CONTRIBUTING.md'].flatMap(blocksOf).filter(({ language }) => language === 'sh');
    const named = lines.flatMap(({ text }) =>
      [...text.matchAll(/npm (?:run )?(\w+)/g)].map(([, script = '']) => script),
    );
    expect(named.filter((script) => !Object.hasOwn(PACKAGE.scripts, script))).to.deep.equal([]);
  });
});
