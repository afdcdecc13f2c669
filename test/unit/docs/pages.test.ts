import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { METRICS, type MetricRow } from '#sinks/metric-table.ts';

const ADR = 'docs/adr';

const pages = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

const textOf = (page: string): string => readFileSync(page, 'utf8');
const proseOf = (page: string): string => textOf(page).replace(/^( *)```.*?^\1```$/gms, '');

/** The anchors of a page, as a web page of the repository names them. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text);
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Links of a page that lead nowhere in the repository. */
function deadLinks(page: string): readonly string[] {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchorsOf(target).has(anchor);
  });
}

describe('[unit] docs: pages', () => {
  it('link to what is there', () => {
    const dead = pages.flatMap((page) => deadLinks(page).map((link) => `${page}: ${link}`));
    expect(dead).to.deep.equal([]);
  });

  it('name files of src and test that are there', () => {
    const named = pages.flatMap((page) =>
      [...textOf(page).matchAll(/`((?:src|test|crds|manifests)\/[\w./-]+)`/g)].map(([, path = '']) => ({ page, path })),
    );
    expect(named.length).to.be.above(30);
    // CONTRIBUTING begins a check that is not there.
    const missing = named.filter(({ path }) => !existsSync(path) && !path.endsWith('shared-process-namespace.ts'));
    expect(missing).to.deep.equal([]);
  });

  it('every alert leads to a place that is there', () => {
    const rules = textOf('manifests/monitoring/prometheusrule.yaml');
    const alerts = [...rules.matchAll(/^ +- alert: (\w+)$/gm)].map(
      ([, name = '']) => `docs/operations.md#${name.toLowerCase()}`,
    );
    const runbooks = [...rules.matchAll(/^ +runbook: (.+)$/gm)].map(([, place]) => place);
    expect(runbooks).to.deep.equal(alerts);
    expect(alerts.filter((place) => !anchorsOf('docs/operations.md').has(place.split('#')[1] ?? ''))).to.deep.equal([]);
  });

  it('every decision is in the index, in order, and has its four parts', () => {
    const files = readdirSync(ADR).filter((name) => name !== 'README.md');
    const indexed = [...textOf(`${ADR}/README.md`).matchAll(/^- \[(.+)\]\((.+)\)$/gm)].map(([, title, file]) => ({
      title,
      file,
    }));
    const titles = files.sort().map((file) => ({ title: /^# (.+)$/m.exec(textOf(join(ADR, file)))?.[1], file }));
    expect(indexed).to.deep.equal(titles);
    for (const file of files) {
      const parts = [...proseOf(join(ADR, file)).matchAll(/^## (.+)$/gm)].map(([, part]) => part);
      expect(parts, file).to.deep.equal(['Situation', 'Decision', 'What we gave up', 'When to look again']);
    }
  });

  it('the queries of docs/metrics.md use metrics and labels that there are', () => {
    const rows: readonly MetricRow[] = Object.values(METRICS);
    const queries = [...textOf('docs/metrics.md').matchAll(/^```promql\n(.+)\n```$/gm)].map(([, query = '']) => query);
    expect(queries.length).to.be.above(5);
    for (const query of queries) {
      const names = query.match(/kubeposture_\w+/g) ?? [];
      const used = names.map((name) => rows.find((row) => row.name === name || `${row.name}_bucket` === name));
      expect(used, query).to.not.include(undefined);
      const labels = [...query.matchAll(/by \((\w+)\)|[{,](\w+)!?=/g)].map(([, by, where]) => by ?? where ?? '');
      const known = new Set(['le', ...used.flatMap((row) => row?.labels ?? [])]);
      expect(
        labels.filter((label) => !known.has(label)),
        query,
      ).to.deep.equal([]);
    }
  });
});
