import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { fakeServer, watching, type Answer } from '../../support/fake-server.ts';
import { bookmark } from '../../support/kube-reflector.ts';

/** Assembled, so that no source text holds a whole marker. */
const marker = (word: string): string => ['heap', 'marker', word].join('-');

const metadata = (name: string): object => ({
  ...{ namespace: 'a', name, uid: `${name}-1`, resourceVersion: '5', labels: { app: marker('label') } },
  annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ a: marker('applied') }) },
  managedFields: [{ manager: marker('manager'), fieldsV1: { [`f:${marker('field')}`]: {} } }],
});
const pod = (name: string): object => ({
  ...{ kind: 'Pod', apiVersion: 'v1', metadata: metadata(name) },
  spec: {
    containers: [{ name: marker('container'), image: 'b', env: [{ name: 'PASSWORD', value: marker('value') }] }],
  },
  status: { podIP: '10.0.0.1', message: marker('status') },
});
const data = { password: Buffer.from(marker('data')).toString('base64'), plain: marker('secret') };
/** A server that gives whole Secrets although it was asked for metadata only. */
const secret = (name: string): object => ({
  kind: 'Secret',
  apiVersion: 'v1',
  metadata: metadata(name),
  type: 'Opaque',
  data,
});

const answer: Answer = (asked, response) => {
  const make = asked.path.endsWith('secrets') ? secret : pod;
  const events = [1, 2, 3].map((i) => ({ type: 'ADDED', object: make(`${marker('name')}-${String(i)}`) }));
  void watching([...events, bookmark(5, true)])(asked, response);
};

describe('[integration] kube heap', function () {
  this.timeout(60_000);

  it('W10 managed fields, values of variables and data of Secrets are not in memory once everything is read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubeposture-heap-'));
    const server = await fakeServer(answer);
    try {
      const file = join(folder, 'heap');
      const args = ['test/support/child-heap.ts', server.url.href, file];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
      expect(output).to.equal('6\n');
      const heap = readFileSync(file, 'utf8');
      const found = (words: readonly string[]): readonly string[] =>
        words.filter(
          (word) => heap.includes(marker(word)) || heap.includes(Buffer.from(marker(word)).toString('base64')),
        );
      // What is kept is found: so would be what should not be.
      expect(found(['name', 'label', 'container'])).to.deep.equal(['name', 'label', 'container']);
      expect(found(['applied', 'manager', 'field', 'value', 'status', 'data', 'secret'])).to.deep.equal([]);
    } finally {
      await server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
